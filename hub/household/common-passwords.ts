// The passwords of twelve characters and more that are guessed first. The list is short because the length
// rule already refuses most of what the well-known lists hold; patterns cover the families of the rest.

const COMMON: ReadonlySet<string> = new Set(
  `123456789012 1234567890123 12345678901234 123456789abc 123456abcdef abcdefghijkl abcdefghijklm
abcd12345678 qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[] qwerty123456 qwerty12345678 qwertyqwerty
qwertyasdfgh qwertyuiopasdf asdfghjklzxcvbnm asdfghjkl123 zxcvbnm12345 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc
1qazxsw23edc qazwsxedcrfv zaq12wsxcde3 q1w2e3r4t5y6 password1234 password12345 password123456 passwordpassword
password123! password1234! password2023 password2024 password2025 password2026 passw0rd1234 p@ssw0rd1234
p@ssword1234 p@ssw0rd123! mypassword123 mypassword1234 newpassword1 newpassword123 changeme1234 changemenow1
letmein12345 letmein123456 letmeinletmein welcome12345 welcome123456 welcomehome1 welcometomyhome iloveyou1234
iloveyou12345 iloveyouforever iloveyousomuch iloveyoubaby admin1234567 admin12345678 adminadmin12 adminadminadmin
administrator administrator1 administrator123 rootrootroot rootroot1234 superman1234 batman123456 football1234
baseball1234 basketball1 liverpool123 manchester1 manchesterunited chelsea12345 starwars1234 pokemon12345
dragon123456 monkey123456 princess1234 sunshine1234 sunshine12345 michael12345 charlie12345 jennifer1234
computer1234 internet1234 whatever1234 trustno1trustno1 trustnoone12 testtesttest test12345678 testtest1234
homeassistant homeassistant1 homeassistant123 smarthome123 smarthome1234 mysmarthome1 raspberrypi1 raspberrypi123
raspberry1234 raspberrypi4 zigbee2mqtt1 zigbee123456 inglehub1234 ingleingle12 correcthorsebatterystaple
111111111111 000000000000 112233445566 123123123123 123321123321 121212121212
131313131313 159753159753 147258369147 741852963741 987654321098 9876543210123 woaini123456 woaini1314520
woaiwojia123 5201314520131 a123456789012 a1234567890b aa1234567890 abc123456789 abc1234567890 qq1234567890
asd123456789 zxc123456789 woaini520131 1qaz@wsx3edc 1234qwerasdf qwer1234asdf qwerasdfzxcv 1234567890qwe`
    .split(/\s+/)
    .concat('correct horse battery staple'),
);

const KEY_ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  '01234567890123456789',
  '98765432109876543210',
];

/** Whether the password is one of those that are guessed first, in any case and with marks at its end. */
export function isCommonPassword(password: string): boolean {
  const plain = password.toLowerCase();
  const bare = plain.replace(/[!?.,;#*$\s]+$/, '');
  if (COMMON.has(plain) || COMMON.has(bare)) return true;
  if (KEY_ROWS.some((row) => row.includes(bare))) return true;
  return isRepeated(bare);
}

/** One short piece over and over, such as `abc1abc1abc1`. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= Math.min(6, text.length / 2); length += 1) {
    if (
      text ===
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .slice(0, text.length)
    ) {
      return true;
    }
  }
  return false;
}
