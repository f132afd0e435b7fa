//! The values that vary in a line.

use crate::random::Random;

const WORDS: &str = "account adapter address agenda alert anchor archive arrow article asset audit avatar backup badge balance banner \
basket batch beacon billing binary bitmap blog board booking bridge broker bucket budget buffer builder bundle cache calendar campaign \
canvas card cart catalog category channel chapter chart checkout client clock cluster cohort column comment company concert config \
consent contact content coupon course crawler credit currency cursor customer dashboard dataset delivery device digest discount dispatch \
document domain driver editor election email engine entity envelope episode estimate exchange export feature feed field filter finance \
fixture flag flight folder forecast forum gallery garden gateway geometry gift graph grid group handler header history holiday hotel \
icon identity index inventory invoice island item journal journey kernel keyword label lambda language layout leader ledger library \
license limit listing loader locale location locker lookup machine mailbox manager market matrix meadow media member memory menu merchant \
message meter metric mirror module monitor mountain movie network newsletter notice object office operator option orchard order origin \
outlet output owner package packet page panel parcel parser partner passenger payment people permit person phone photo picture pilot \
planet planner player playlist plugin pocket policy pool portal position postal pressure preview price printer priority process product \
profile program project promo proxy publisher purchase quality quarter query question queue quota rating reader receipt recipe record \
region registry relay release reminder rental replica report request reservation resource response retail return review reward river \
robot route router rule runner salary sample scanner schedule schema scope score search season section segment sensor sentence server \
session setting shipment shop signal silver site sketch slide snapshot social socket solver source spider sport stable staff stage \
stamp station status stock storage store stream street student studio subject summary supplier supply support survey switch symbol \
system table tablet target tariff taxonomy teacher telemetry tenant terminal theme thread ticket timeline timer token topic tower track \
trade traffic transfer travel tree trigger tunnel unit update upload user valley value vector vehicle vendor venue version video village \
visitor voucher wallet warehouse watcher weather webhook widget window winter worker workflow writer yield zone";

const DOMAINS: &[&str] =
    &["example.com", "example.org", "example.net", "shop.example", "internal.example", "news.example"];

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
    "okhttp/4.12.0",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
];

const METHODS: &[&str] = &["GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD"];
const STATUSES: &[&str] =
    &["200", "200", "200", "200", "200", "201", "204", "301", "302", "304", "400", "401", "403", "404", "500", "502"];
const THREADS: &[&str] =
    &["http-nio-8080-exec-", "pool-3-thread-", "scheduling-", "kafka-consumer-", "reactor-http-epoll-", "task-"];
const USERS: &[&str] =
    &["app", "web", "deploy", "root", "reporting", "batch", "backup", "svc_orders", "svc_search", "ubuntu", "admin"];
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE36: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Draws values.
pub struct Values {
    words: Vec<&'static str>,
    /// Where the numbers come from.
    pub random: Random,
}

impl Values {
    /// The values of this seed.
    pub fn new(seed: u64) -> Values {
        Values { words: WORDS.split_ascii_whitespace().collect(), random: Random::new(seed) }
    }

    /// A word in lower case.
    pub fn word(&mut self) -> &'static str {
        self.random.pick::<&'static str>(&self.words)
    }

    /// Two words joined, as in names of classes; the first letter upper case where asked.
    pub fn name(&mut self, out: &mut Vec<u8>, upper: bool) {
        for part in 0..2 {
            let start = out.len();
            out.extend_from_slice(self.word().as_bytes());
            if part > 0 || upper {
                out[start].make_ascii_uppercase();
            }
        }
    }

    /// Words with blanks between them.
    pub fn sentence(&mut self, out: &mut Vec<u8>, words: u64) {
        for position in 0..words {
            if position > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(self.word().as_bytes());
        }
    }

    /// `/orders/8123/items?page=4` and the like.
    pub fn path(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice([&b"/api/v1/"[..], b"/api/v2/", b"/", b"/"][self.random.below(4) as usize]);
        out.extend_from_slice(self.word().as_bytes());
        for _ in 0..self.random.below(3) {
            out.push(b'/');
            if self.random.below(2) == 0 {
                number(out, self.random.below(10_000_000));
            } else {
                out.extend_from_slice(self.word().as_bytes());
            }
        }
        if self.random.below(4) == 0 {
            out.push(b'?');
            out.extend_from_slice(self.word().as_bytes());
            out.push(b'=');
            number(out, self.random.below(1000));
        }
    }

    /// A dotted class, such as `com.example.orders.OrderLoader`.
    pub fn class(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"com.example.");
        out.extend_from_slice(self.word().as_bytes());
        out.push(b'.');
        self.name(out, true);
    }

    /// An IPv4 address: any, or one of a private network.
    pub fn address(&mut self, out: &mut Vec<u8>, private: bool) {
        let bits = self.random.next();
        number(out, if private { 10 } else { 20 + bits % 200 });
        for shift in [16, 32, 48] {
            out.push(b'.');
            number(out, (bits >> shift) & 0xff);
        }
    }

    /// Hexadecimal digits in lower case.
    pub fn hex(&mut self, out: &mut Vec<u8>, digits: usize) {
        self.letters(out, digits, b"0123456789abcdef");
    }

    /// A UUID.
    pub fn uuid(&mut self, out: &mut Vec<u8>) {
        for (part, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            if part > 0 {
                out.push(b'-');
            }
            self.hex(out, digits);
        }
    }

    /// Letters and digits of base64.
    pub fn base64(&mut self, out: &mut Vec<u8>, length: usize) {
        self.letters(out, length, BASE64);
    }

    /// Lower-case letters and digits.
    pub fn base36(&mut self, out: &mut Vec<u8>, length: usize) {
        self.letters(out, length, BASE36);
    }

    fn letters(&mut self, out: &mut Vec<u8>, length: usize, alphabet: &[u8]) {
        let mut bits = 0;
        for position in 0..length {
            if position % 10 == 0 {
                bits = self.random.next();
            }
            out.push(alphabet[(bits & 0x3f) as usize % alphabet.len()]);
            bits >>= 6;
        }
    }

    /// A host's name.
    pub fn host(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"ip-10-0-");
        number(out, self.random.below(8));
        out.push(b'-');
        number(out, self.random.below(250));
    }

    /// A thread's name.
    pub fn thread(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.random.pick(THREADS).as_bytes());
        number(out, self.random.between(1, 64));
    }

    /// One of a closed list: what `${kind}` of a template names, where it is such a list.
    pub fn listed(kind: &str) -> Option<&'static [&'static str]> {
        match kind {
            "domain" => Some(DOMAINS),
            "agent" => Some(AGENTS),
            "method" => Some(METHODS),
            "status" => Some(STATUSES),
            "user" => Some(USERS),
            _ => None,
        }
    }
}

/// Writes a number in decimal.
pub fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Writes the last `digits` digits of a number, with zeros before it.
pub fn padded(out: &mut Vec<u8>, mut value: u64, digits: usize) {
    let start = out.len();
    out.resize(start + digits, b'0');
    for place in out[start..].iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}
