// Values that vendors give their own choices, such as `power_on` or `anti_flicker_mode`, as a person reads them: in
// English made readable, in Chinese where all of their words are known. What is not known stays as the vendor says it.
import type { Label } from './property-row.ts';
import { phraseTable, wordByWord } from './word-by-word.ts';

/** Words and phrases of values, in lower case. Longer ones win. */
const VALUE_WORDS = phraseTable(`
off=关|on=开|toggle=切换|high=高|low=低|none=无|medium=中|middle=中|mid=中|momentary=点动|scene=场景|decoupled=解耦
control relay=控制继电器|control left relay=控制左继电器|control right relay=控制右继电器|auto=自动|automatic=自动
multifunction=多功能|normal=正常|brightness level=亮度|brightness level up=调亮|brightness level down=调暗
level=级
move to color temperature=设置色温|move to color temperature up=提高色温|move to color temperature down=降低色温
celsius=摄氏度|fahrenheit=华氏度|manual=手动|blue=蓝|magenta=品红|red=红|cyan=青|green=绿|yellow=黄|white=白
orange=橙|purple=紫|pink=粉|warm yellow=暖黄|warm white=暖白|cold white=冷白|cool white=冷白|neutral white=中性白
previous=之前的状态|last state=上次状态|last status=上次状态|stop=停止|stopped=已停止|relay=继电器|start=开始|end=结束
dbm=dBm|alarm=警报|pos=位置|switch=开关|unknown=未知|mute=静音|muted=已静音|open=打开|opened=已打开|opening=正在打开
close=关闭|closed=已关闭|closing=正在关闭|false=否|true=是|yes=是|no=否|ignore=忽略|unlock=解锁|unlocked=已解锁
lock=上锁|locked=已上锁|eco=节能|comfort=舒适|disabled=停用|disable=停用|enabled=启用|enable=启用|heat=加热|heating=加热
cool=制冷|cooling=制冷|set=设置|memory=记忆|reset=重置|schedule=日程|event=事件|command=命令|all=全部|trip=跳闸
upper alarm=上限警报|lower alarm=下限警报|external=外部|internal=内部|externally=外部|forward=正向|backward=反向
back=反向
reverse=反转|reversed=已反转|invert=反转|inverted=已反转|clear=清除|up=上|down=下|left=左|right=右|both=两者
presence=有人|occupied=有人|unoccupied=无人|idle=空闲|study=学习|learn=学习|learning=学习中|registered=已登记
unregistered=未登记|floor=地面|air=空气|room=房间|deactivated=已停用|activated=已启用|active=启用|inactive=未启用
cancel=取消|canceled=已取消|cancelled=已取消|power on=通电|power off=断电|always on=常开|always off=常关
press=按下|pressed=已按下|released=已松开|hold=按住|single=单击|double=双击|triple=三击|long=长按|quadruple=四击
restore=恢复|restore default=恢复默认|restart memory=断电记忆|quick mode=快速模式|anti flicker mode=防闪烁模式|mode=模式
meter=仪表|sensor=传感器|wet=潮湿|dry=干燥|fast=快|ultra fast=极快|slow=慢|multi=多|bar=条|switch position=开关位置
small=小|large=大|big=大|threshold=阈值|setpoint=设定温度|on off=开/关|off on=关/开|on/off=开/关|off/on=关/开
on off status=开关状态|status=状态|state=状态|custom=自定义|outdoor=室外|indoor=室内|temp=温度|temperature=温度
default=默认|ok=正常|good=好|excellent=优|moderate=中等|poor=差|bad=差|identify=识别|checking=检查中|check=检查
check success=检查通过|check failure=检查失败|success=成功|failure=失败|error=错误|no error=无错误|fault=故障
sensing=感应|on demand=按需|over current=过流|over voltage=过压|under voltage=欠压|over power=过载|over load=过载
leakage=漏电|electricity shortage=缺电|high temp=高温|low temp=低温|high temperature=高温|low temperature=低温
over current threshold=过流阈值|over voltage threshold=过压阈值|prealarm=预警|critical alarm=严重警报|critical=严重
antifrost=防冻|anti frost=防冻|frost=防冻|frost protection=防冻|fully open=全开|fully close=全关|fully closed=全关
calibrate=校准|calibration=校准|reporting interval=上报间隔|interval=间隔|and=和|or=或|holiday=假日|light=灯光
full=满|charging=充电中|charged=已充满|discharging=放电中|tilted=倾斜|tilt=倾斜|standby=待机|bright=明亮|dark=黑暗
pulse=脉冲|curtain=窗帘|battery=电池|mains=市电|static=静止|still=静止|moving=移动|move=移动|motion=移动|others=其他
other=其他|connected=已连接|unconnected=未连接|disconnected=已断开|program=程序|programmed=已编程|max=最大|min=最小
gear=档|consistent with load=与负载一致|reverse with load=与负载相反|open circuit=开路|valve stuck=阀门卡住|valve=阀门
stuck=卡住|short circuit=短路|in=输入|out=输出|trigger=触发|triggered=已触发|timer=定时|unattributed=未指定|self=本机
keypad=键盘|button=按键|rfid=RFID|fingerprintsensor=指纹|fingerprint=指纹|zigbee=Zigbee|away=离家|home=在家
linear=线性|logarithmic=对数|not set=未设置|bedroom=卧室|toilet=卫生间|bathroom=浴室|kitchen=厨房|living room=客厅
smart light=智能灯|pir and radar=红外和雷达|pir or radar=红外或雷达|only radar=仅雷达|only pir=仅红外|pir=红外|radar=雷达
radar mode=雷达模式|no action=无动作|nothing=无|manual off=手动关|manual on=手动开|remote off=远程关|remote on=远程开
remote=遥控|thermostat=温控器|sound=声音|alarm sound=声音警报|alarm light=灯光警报|alarm sound light=声光警报
unconfigurated=未设置|unconfigured=未设置|regulator=调节器|wireless=无线|classic=经典|music=音乐|energy saver=节能
test=测试|testing=测试中|vertical=垂直|horizontal=水平|cooling only=仅制冷|heating only=仅加热|continuous=连续
night=夜间|day=白天|pause=暂停|paused=已暂停|rocker=翘板|venetian blind=百叶窗|very high=很高|very low=很低
standard=标准|heat pump=热泵|high demand=大用水量|performance=强劲
silent=静音|quiet=安静|melody=旋律|lower=下限|upper=上限|led=LED|lift=升降|strong=强|weak=弱|detecting=检测中
ring=铃声|timing switch on=定时开|timing switch off=定时关|automatic closing=自动合闸|bind=绑定|unbind=解绑|beep=蜂鸣
emergency=紧急|sunday=星期日|monday=星期一|tuesday=星期二|wednesday=星期三|thursday=星期四|friday=星期五
saturday=星期六|weekday=工作日|weekdays=工作日|weekend=周末|one=一|two=二|three=三|four=四|five=五|six=六|seven=七
eight=八|nine=九|ten=十|anti stop=防卡|cct=色温|control=控制|boost=强力|turbo=强力|sleep=睡眠|smart=智能|work=工作
working=工作中|party=派对|rest=休息|reading=阅读|rainbow=彩虹|blink=闪烁|breathe=呼吸|okay=确认|finish effect=结束效果
stop effect=停止效果|channel change=换信道|colorloop=颜色循环|stop colorloop=停止颜色循环|candle=烛光|fireplace=壁炉
far=远|near=近|approach=靠近|approaching=靠近|leave=离开|leaving=离开|present=有人|absent=无人|detected=检测到
not detected=未检测到|water=水|leak=漏水|smoke=烟雾|gas=燃气|fire=火警|burglar=防盗|sync=同步|incremental=递增
sensitivity=灵敏度|security=安全|door=门|window=窗|garage=车库|gate=大门|blind=百叶窗|shutter=卷帘|awning=遮阳篷
latching=自锁|latched=已锁存|unlatched=未锁存|interlock=互锁|pulsed=脉冲|flip=翻转|rotate=旋转|shake=摇晃|drop=掉落
vibration=振动|tamper=防拆|key=按键|press switch=按开关|right switch=右开关|left switch=左开关|single press=单击
double press=双击|long press=长按|dimmer=调光|dimming=调光|fan=风扇|fan only=送风|permanent=永久|temporary=临时
hysteresis=回差|sparkle=闪耀|opal=欧泊|glisten=微光|underwater=水下|cosmos=宇宙|sunbeam=阳光|enchant=魔幻
stop hue effect=停止效果
prism=棱镜|galaxy=银河|master=主用户|unrestricted=不限|year day schedule=按日期授权|week day schedule=按星期授权
non access=无权限|solar panel=太阳能板|always=总是|only when dark=仅在暗处|electric=电|hydraulic=水暖|radiator=散热器
boiler=锅炉|pump=水泵|humidity=湿度|dehumidify=除湿
local=本地|network=网络|online=在线|offline=离线|ready=就绪|busy=忙|running=运行中|finished=已完成|waiting=等待中
seconds=秒|minutes=分钟|hours=小时|hour=小时|minute=分钟|second=秒|days=天|times=次|percent=%|to=至|with=带
without=无
direction=方向|sunrise=日出|sunset=日落|single phase=单相|three phase=三相|type=类型|load=负载|inching=点动
cycle=循环|loop=循环|repeat=重复|once=一次|daily=每天|weekly=每周|monthly=每月|not=未|do not=不|is=是|only=仅
blossom=花开|crocus=番红花|precious=珍贵|narcissa=水仙|beginnings=开端|first light=第一缕光|horizon=地平线
valley dawn=山谷黎明
sunflare=日耀|emerald flutter=翠羽|memento=纪念|resplendent=璀璨|scarlet dream=猩红之梦|lovebirds=爱侣|smitten=倾心
glitz and glam=华丽|promise=承诺|ruby romance=红宝石之恋|city of love=爱之城|honolulu=火奴鲁鲁|savanna sunset=草原日落
golden pond=金色池塘|runy glow=红宝石光辉|ruby glow=红宝石光辉|tropical twilight=热带暮光|miami=迈阿密|cancun=坎昆|rio=里约
chinatown=唐人街|ibiza=伊维萨|osaka=大阪|tokyo=东京|motown=摩城|fairfax=费尔法克斯|starlight=星光|blood moon=血月
artic aurora=北极光|arctic aurora=北极光|aurora=极光|moonlight=月光|nebula=星云|sundown=日落|blue lagoon=蓝色潟湖
palm beach=棕榈滩|lake placid=普莱西德湖|mountain breeze=山间微风|lake mist=湖上薄雾|ocean dawn=海上黎明
frosty dawn=霜晨|sunday morning=周日早晨|emerald isle=翡翠岛|spring blossom=春花|midsummer sun=仲夏阳光
autumn gold=金秋
spring lake=春湖|winter mountain=冬山|midwinter=隆冬|amber bloom=琥珀花|lily=百合|painted sky=彩绘天空
winter beauty=冬之美
orange fields=橙色田野|forest adventure=森林探险|blue planet=蓝色星球|soho=苏荷|vapor wave=蒸汽波|magneto=万磁王
tyrell=泰瑞尔|disturbia=后窗惊魂|hal=哈尔|golden star=金星|under the tree=树下|rosy sparkle=玫瑰闪耀|festive fun=节日欢乐
colour burst=色彩迸发|crystalline=水晶|scattered=散布|mirrored=镜像|twilight=暮光|peaceful=宁静|colorful=多彩
fairy=仙境
positive=正|negative=负|initial=初始|customized=自定义|not used=未使用|used=已使用|three way=三控|dual mode=双模式
push button=按钮|invalid data=数据无效|recieved=收到|received=收到|connected with issues=已连接但有问题
disabled if no errors=无错误时停用|disabled untill reboot=停用至重启|green untill reboot=绿色至重启
red untill reboot=红色至重启
opposite=反向|standard shutter=标准卷帘|schneider=施耐德|alternate=交替|duration=时长|flash=闪光|on click=点击时
flash on click=点击时闪光
regular=常规|vacation=度假|selected=已选择|regular schedule selected=已选常规日程
vacation schedule selected=已选度假日程
capacity=容量|incandescent=白炽灯|halogen=卤素灯|siren=警笛|co=一氧化碳|carbon monoxide=一氧化碳|solid=常亮|chase=追逐
edge=沿
leading edge=前沿|trailing edge=后沿|click=点击|multi click=多击|single click=单击|double click=双击
clear effect=清除效果
delete=删除|following=跟随|liter=升|us gallon=美制加仑|imperial gallon=英制加仑|gallon=加仑|odd=奇数|even=偶数
odd days=单日
even days=双日|infinite=无限|factory reset=恢复出厂设置|factory=出厂|rain=雨|internally=内部|remotely=远程
configuration=设置
office=办公室|falling=下降|rising=上升|unbound=未绑定|system is armed=系统已布防|system is disarmed=系统已撤防
light contamination=轻度污染|medium contamination=中度污染|critical contamination=严重污染|contamination=污染
stay=保持
single pole=单极|alert=警报|no alert=无警报|overheated=过热|bulb=灯泡|behavior=行为|old=旧|new=新|tap=轻击|short=短
target=目标
current=当前|keep warm=保温|simmer=文火|position=位置|freeze=结冰|match input=与输入一致|match=一致|input=输入
output=输出
restored=已恢复|sunny=晴|snow=雪|change level up=调高|change level down=调低|change=更改|recall=调用
staircase=楼梯间
half open=半开|quarter open=四分之一开|three quarters open=四分之三开|half=半|reduced=降低|record=录制
in progress=进行中
end of life=寿命终止|basement=地下室|den=小书房|dining room=餐厅|entryway=玄关|family room=家庭室|guest bedroom=客房
guest=访客
hallway=走廊|expires soon=即将到期|expired=已到期|warning=警告|preheating=预热中|preheat=预热|english=英语|french=法语
aux=辅助
neutral=零线|non neutral=无零线|non=无|usb=USB|ringtone=铃声|scanning=扫描中|scan=扫描|blocked=受阻
not calibrated=未校准
half calibrated=校准一半|fully calibrated=已校准|calibrated=已校准|breathing=呼吸|restart=重启|device=设备
contactor=接触器
pilot=导频|space=空间|not known=未知|not specified=未指定|specified=指定|month=月|months=个月|end device=终端设备
router=路由器
intermittently=间歇|heavy=大|heavy rain=大雨|cloudy=多云|light snow=小雪|freezing fog=冻雾|shower=阵雨
freezing rain=冻雨
heavy shower=大阵雨|heavy snow=大雪|blizzard=暴风雪|snow shower=阵雪|haze=霾|consuming=用电|producing=发电|never=从不
null=空
normally closed=常闭|normally open=常开|missing=缺少|invalid=无效|electricity=电|trv=散热器阀|rolling=滚动|safe=安全
weather=天气
silenced=已静音|failed=失败|fail=失败|downstairs=楼下|upstairs=楼上|kids=儿童|game room=游戏室|workout room=健身房
timeout=超时
playing=播放中|alarmed=已报警|hidden=隐藏|shown=显示|tone=音|people=有人|combine=组合|fusion=融合|power=功率|fading=渐变
period=时段|area=区域|parlour=客厅|hotel=酒店|enter=进入|release=松开|programming=编程中|complex=复杂|undirected=无方向
measured temperature=测得温度|adapt=适应
underfloor heating=地暖|central heating=集中供暖|cable sensor=电缆传感器|without regulation=不调节
with regulation=调节
active from external trigger=由外部触发|siren and light=警笛和灯光|loud=响亮|ac power supply=交流供电
dc power supply=直流供电
ac power=交流电|dc power=直流电|water shortage=缺水|normal operation=正常运行|maintenance=维护|ambient=环境
radiant panel=辐射板|fan assisted radiator=风机散热器|found=已找到|lost=已丢失|lost in progress=正在丢失|lock1=锁 1
lock2=锁 2
initiate adaptation=开始适应|cancel adaptation=取消适应|countdown=倒计时|temporary override=临时覆盖
permanent override=永久覆盖
quarantine=隔离|unreliable other=不可靠（其他）|process error=过程错误|standard arrangement=标准排列
reset to defaults=恢复默认
ac motor=交流电机|pulse motor=脉冲电机|motor=电机|over temperature=过温|over humidity=过湿|activity=活动|person=人
pet=宠物
`);

const DURATION = /^(\d+(?:\.\d+)?)[ _]?(s|secs?|seconds?|mins?|minutes?|h|hours?)$/i;
const DURATION_WORDS: Readonly<Record<string, string>> = { s: '秒', m: '分钟', h: '小时' };
/** A vendor's values are few; one that sends ever new ones costs no more than this. */
const KNOWN_MAX = 5_000;
const known = new Map<string, Label>();

/** A value of a vendor's own choice in both languages. */
export function ownValueLabel(value: string): Label {
  const found = known.get(value);
  if (found !== undefined) return found;
  const en = value.replaceAll('_', ' ');
  const label = { en, zh: inChinese(value) ?? en };
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(value, label);
  return label;
}

function inChinese(value: string): string | null {
  const [, number, unit = ''] = DURATION.exec(value) ?? [];
  const word = DURATION_WORDS[unit.slice(0, 1).toLowerCase()];
  if (number !== undefined && word !== undefined) return `${number} ${word}`;
  const plain = value
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .replaceAll(/(?<=\p{L})-(?=\p{L})/gu, ' ');
  return wordByWord(plain, VALUE_WORDS);
}
