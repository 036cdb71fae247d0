// The words of which converters make the labels of vendors' own properties, in Chinese. Longer ones win.

import { phraseTable } from '../../../hub/model/word-by-word.ts';

/** English in lower case, up to four words, to Chinese. */
export const VENDOR_WORDS: ReadonlyMap<string, string> = phraseTable(`
effect speed=效果速度|effect color=效果颜色|switch type=开关类型|operation mode=操作模式
operating mode=工作模式|switch actions=开关动作|level config=亮度设置|current level startup=启动亮度
power outage count=断电次数|power outage memory=断电记忆|execute if off=关灯时也执行|backlight mode=背光模式
indicator mode=指示灯模式|mode=模式|group id=组编号|scene id=场景编号|switch mode=开关模式
heat setpoint=加热设定值|cool setpoint=制冷设定值|setpoint=设定温度|setpoint hold=设定值保持|limit=限制
local temperature=本地温度|state=状态|schedule=日程|humidity calibration=湿度校准
temperature offset=温度偏移|offset=偏移|pin code=密码|user type=用户类型|user enabled=用户启用|user=用户
color options=颜色选项|action source name=动作来源名称|action user=动作用户|reading interval=读取间隔
gradient=渐变|scene=场景|style=样式|scale=缩放|sensor=传感器|on level=开灯亮度|do not disturb=勿扰
flip indicator light=反转指示灯|running mode=运行模式|running state=运行状态|keypad lockout=按键锁
uptime=运行时间|change source=更改来源|frost protection=防冻保护|brightness=亮度|output status=输出状态
room status code=房间状态码|room=房间|floor sensor mode=地面传感器模式|floor=地面|tx radio power=发射功率
fading time=渐变时间|eco mode=节能模式|eco temperature=节能温度|eco=节能|smart sleep=智能休眠
temperature display mode=温度显示模式|motor direction=电机方向|lock relay=锁定继电器
temperature unit=温度单位|comparison previous data=与之前数据比较|ballast=镇流器|minimum=最小|maximum=最大
level=级别|external switch type=外接开关类型|external=外部|deadzone temperature=温度死区|name=名称
ac connected=已接交流电|config report enable=启用上报设置|status=状态|led disabled night=夜间关闭指示灯
light mode=灯光模式|wireless=无线|led feedback mode=指示灯反馈模式|led=指示灯|unoccupied=无人时
occupied=有人时|heating setpoint=加热设定值|cooling setpoint=制冷设定值|relay status=继电器状态|relay=继电器
fan speed=风速|smart=智能|comfort=舒适|transition time=过渡时间|turbo mode=强力模式|sensitivity=灵敏度
power on behavior=通电行为|color=颜色|high=高|low=低|power=功率|current=电流|voltage=电压|energy=电能
horizontal vanes=水平导风板|vertical vanes=垂直导风板|vanes swing=导风板摆动|alarm=警报
programming operation mode=编程模式|backlight=背光|pressure offset=气压偏移
forced recalibration=强制重新校准|manual forced recalibration=手动强制重新校准|factory reset=恢复出厂设置
indicator=指示灯|mode switch=模式切换|quiet mode=静音模式|silence=静音|abs=绝对|enabling=启用
temperature control=温度控制|humidity control=湿度控制|temperature actions=温度动作
humidity actions=湿度动作|position=位置|calibration=校准|holiday=假日|day of week=星期|transitions=时段
backlight switch=背光开关|scene name=场景名称|fault=故障|faults=故障|error=错误|pre heat=预热|night=夜间
onoff=开关|radar=雷达|phase=相|temperature=温度|humidity=湿度|minimum pwm=最小占空比|dimmer mode=调光模式
click mode=点击模式|outdoor air=室外空气|outdoor=室外|indoor=室内|protection=保护|device=设备
led in dark=暗处指示灯|led if on=开启时指示灯|sensor type=传感器类型|reported packages=已上报包数
rejoin count=重新入网次数|reboot count=重启次数|multi click=多次点击|countdown=倒计时|screen light=屏幕灯
screen=屏幕|measurement interval=测量间隔|display=显示屏|self test=自检|selftest=自检|set altitude=设置海拔
altitude=海拔|action group=动作组|action=动作|actions=动作|duration=时长|radar switch=雷达开关
light type=灯类型|sleep mode=睡眠模式|sleep=睡眠|ionization=负离子|network indicator=网络指示灯|network=网络
keep time=保持时间|voc index=挥发物指数|presence=存在|update frequency=更新频率|wi-fi=无线网络
ip address=网络地址|address=地址|dhcp enabled=启用自动获取地址|configuration=设置|password=密码
network mask=子网掩码|gateway=网关|enabled=启用|enable=启用|inching control set=点动设置
inching control=点动控制|inching time=点动时间|inching mode=点动模式|inching=点动|threshold=阈值
over voltage=过压|under voltage=欠压|over current=过流|overload=过载|detection range=检测范围
detection distance=检测距离|detection=检测|detect=检测|auto=自动|automatic=自动|compensation=补偿
lux factor=照度系数|factor=系数|power factor=功率因数|lifetime=使用寿命|deadband=死区|setback=回退
boost=强力|screen orientation=屏幕方向|report delay=上报延迟|report=上报|reporting=上报|delay=延迟|max=最大
min=最小|range=范围|occupancy=占用|illuminance=照度|trigger=触发|siren=警报器|reset=重置|motion=移动
calibrate=校准|target=目标|produced=发电|total=总|luminance=亮度|cycle time=周期|cycle=周期
heat protect=过热保护|external trigger mode=外部触发模式|open window=开窗|window=窗|open=打开|close=关闭
opening=开度|valve=阀门|irrigation=灌溉|watering=浇水|water=水|plan=计划|hour=小时|minute=分钟|second=秒
start=开始|end=结束|time=时间|period=时段|periods=时段|days=天|day=天|week=星期|monday=星期一|tuesday=星期二
wednesday=星期三|thursday=星期四|friday=星期五|saturday=星期六|sunday=星期日|weekly=每周|weekday=工作日
weekdays=工作日|workday=工作日|weekend=周末|interval=间隔|count=次数|value=值|settings=设置|setting=设置
set=设置|config=设置|command=命令|input=输入|output=输出|blink=闪烁|step=步进|area=区域|areas=区域|zone=区域
motor=电机|loop=循环|stepper=步进|gas=燃气|programmable=可编程|programming=编程|memory=记忆|heating=加热
cooling=制冷|heat=加热|cool=制冷|fan=风扇|frost=防冻|lock=锁|press=按压|timer=定时器|unit=单位|distance=距离
options=选项|last=上次|button=按键|running=运行|move=移动|manual=手动|direction=方向|disabled=停用|leak=漏水
data=数据|amount=量|outlet=插座|socket=插座|adjustment=调节|adjust=调节|test=测试|timeout=超时|read=读取
program=程序|cover=窗帘|curtain=窗帘|index=指数|active=有功|reactive=无功|apparent=视在|warning=警告
click=点击|clicks=点击|long=长|slot=时段|seasonal=季节|hold=保持|channel=通道|endpoint=端点|away=离家
records=记录|record=记录|pressure=气压|depth=深度|hue=色调|saturation=饱和度|preset=预设|interference=干扰
breaker=断路器|height=高度|invert=反转|reverse=反转|reversed=反转|feedback=反馈|vibration=振动
intensity=强度|behavior=行为|upper=上限|lower=下限|sampling=采样|battery=电池|percent=百分比
percentage=百分比|detach=分离|soil=土壤|remote=遥控|thermostat=温控器|pulse=脉冲|dimming=调光|dimmer=调光器
smoke=烟雾|work=工作|working=工作|load=负载|stop=停止|clear=清除|meter=电表|leakage=漏电|swing=摆动
indication=指示|probe=探头|frequency=频率|history=历史|wire=接线|axis=轴|result=结果|charging=充电|air=空气
send=发送|consumption=消耗|consumed=消耗|volume=音量|dark=黑暗|rate=速率|number=数量|double=双
hysteresis=回差|break=中断|multiplier=乘数|divisor=除数|restart=重启|slide=滑动|after=之后|delayed=延迟
sound=声音|raw=原始|contact=触点|datetime=日期时间|first=首|electricity=电量|orientation=方向|all=全部
logic=逻辑|month=月|only=仅|static=静止|monitoring=监测|flow=流量|fertility=肥力|size=大小|clean=清洁
cleaning=清洁|run=运行|connection=连接|weather=天气|noise=噪声|down=下|up=上|nightlight=夜灯|pump=水泵
tier=费率|standby=待机|version=版本|ringtone=铃声|melody=旋律|date=日期|custom=自定义|format=格式
pairing=配对|today=今日|turn=转动|liquid=液体|levels=级别|measured=测得|buzzer=蜂鸣器|length=长度|light=灯光
switch=开关|on=开|off=关|on/off=开关|type=类型|code=代码|id=编号|source=来源|speed=速度|outage=断电
startup=启动|local=本地|normal=正常|day time=白天|daylight=日光|summer=夏季|winter=冬季|child lock=童锁
childlock=童锁|tamper=防拆|key=按键|keypad=键盘|door=门|unlock=开锁|auto lock=自动上锁|serial number=序列号
firmware=固件|hardware=硬件|model=型号|link=链接|quality=质量|signal=信号|strength=强度|location=位置
angle=角度|tilt=倾斜|side=面|target distance=目标距离|people=人数|fall=跌倒|breathing=呼吸|heart rate=心率
filter=滤网|age=使用时间|replace=更换|rain=降雨|wind=风|gust=阵风|dew point=露点|co2=二氧化碳
formaldehyde=甲醛|particulate=颗粒物|ppm=浓度|full=完全|half=半|ready=就绪|idle=空闲|single=单|triple=三
temp=温度|small=小|large=大|keep=保持|block=屏蔽|ambient light=环境光|x axis=X 轴|y axis=Y 轴|z axis=Z 轴
color temp=色温|muted=已静音|moving=移动中|resolution=分辨率|yesterday=昨日
`);
