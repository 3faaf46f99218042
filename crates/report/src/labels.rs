//! The words of the tables, in both languages. Titles of causes, reasons and codes are the business
//! of the crate `classify`.

use posmortem_classify::{Cause, Language};
use posmortem_diagnose::{Attribute, Change, State};
use serde::Serialize;

macro_rules! labels {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// Every label in one language.
        #[derive(Serialize)]
        pub(crate) struct Labels {
            $(pub(crate) $name: &'static str,)*
            pub(crate) causes: [&'static str; Cause::ALL.len()],
        }

        static EN: Labels = Labels { $($name: $en,)* causes: ["net", "acct", "card", "key", "oper"] };
        static ZH: Labels = Labels { $($name: $zh,)* causes: ["网络", "账户", "卡片", "密钥", "操作"] };
    };
}

labels! {
    to: "to", "至";
    files: "files", "文件";
    responses_only: "Answers alone: time-outs cannot be seen, so the network is never acquitted.",
        "日志只有应答：看不到超时，不能排除网络原因。";
    rows_only: "Rows of whole exchanges: a time-out shows only as a row without a code.",
        "每行是一笔完整交易：超时只表现为没有应答码的行。";
    filtered: "Filters are on: counts cover the chosen exchanges alone.", "已启用筛选：只统计选中的交易。";
    // Outcomes and columns.
    attempts: "attempts", "交易";
    approved: "approved", "成功";
    failed: "failed", "失败";
    declined: "declined", "拒绝";
    unanswered: "unanswered", "无应答";
    late: "late", "迟到应答";
    reversed: "reversed", "冲正";
    unclassified: "unclassified", "未归类";
    open: "open", "未完";
    terminal: "terminal", "终端";
    merchant: "merchant", "商户";
    unclassified_short: "uncl.", "未归类";
    main_cause: "main cause", "主因";
    share: "share", "占比";
    since: "since", "始于";
    last_approved: "last ok", "最近成功";
    dialect: "dialect", "码表";
    code: "code", "应答码";
    title: "meaning", "含义";
    cause: "cause", "原因";
    count: "count", "笔数";
    issuers: "issuers", "发卡行";
    // Sections.
    codes: "Codes", "应答码";
    actions: "Actions, by number of terminals", "处理建议(按终端数)";
    ledger: "Ledger", "报文账";
    warnings: "Warnings", "警告";
    notes: "Notes", "说明";
    // Verdicts.
    incidents: "Incidents, the largest first", "共同事件(按超出预期的笔数)";
    until: "until", "止于";
    ongoing: "ongoing", "持续中";
    observed: "seen", "实际";
    expected: "expected", "预期";
    expected_short: "exp.", "预期";
    confidence: "conf.", "置信度";
    incident: "inc.", "事件";
    other_terminals: "Other terminals", "其他终端";
    nothing_unusual: "Nothing unusual was found: no shared cause, and no terminal at fault itself.",
        "未发现异常：没有共同原因，也没有终端自身故障。";
    no_own_fault: "No terminal was found at fault itself.", "未发现终端自身故障。";
    what_to_do: "What to do, by number of terminals", "处理建议(按终端数)";
    // The days before.
    new: "new", "新";
    days: "days", "天数";
    terminal_or_scope: "terminal, scope", "终端或范围";
    // Comparisons.
    scope: "scope", "范围";
    old_day: "old", "旧";
    new_day: "new", "新";
    share_of_attempts: "share", "占比";
    no_change: "Neither terminals at fault nor shared causes on either day.", "两日均无终端故障，也无共同原因。";
    // How a verdict came about.
    the_terminal: "Terminal", "终端";
    failures: "What failed, and how much of it was to be expected", "失败构成与预期";
    failures_legend: "fleet: expected of as many average attempts; mix: of this terminal's customers and hours; \
        left = failed - in incidents - aside (repeats, attacks)",
        "全网：按全网平均的预期；构成：按该终端客户与时段的预期；剩余 = 失败 - 属事件 - 除外(重复、攻击)";
    failure: "failure", "失败类型";
    fleet: "fleet", "全网";
    mix: "mix", "构成";
    in_incidents: "in incidents", "属事件";
    aside: "aside", "除外";
    left: "left", "剩余";
    hit_by: "Incidents that hit it", "所受共同事件";
    weighed: "Faults of its own that were weighed", "权衡过的自身故障";
    fault: "fault", "故障";
    window: "window", "时段";
    of: "of", "笔数";
    odds: "odds", "胜率";
    chance: "chance", "偶然";
    decided: "What decided", "判定依据";
    would_change: "What would have changed it", "何种情况会改变结论";
    // Values.
    no_id: "(no id)", "(无编号)";
    no_code: "none", "无";
    answer_without_code: "Answer without a code", "应答无应答码";
    unlisted: "unlisted", "未收录";
    no_decision: "no decision", "非交易结果";
    unknown_issuer: "unknown", "未知";
    no_attempts: "No attempts.", "没有交易。";
    nothing_failed: "Nothing failed.", "没有失败的交易。";
    nothing_to_show: "No terminal to show.", "没有要显示的终端。";
    to_do: "What to do", "处理建议";
    failed_for: "What failed", "失败构成";
    time: "time", "时间";
    samples: "To look up", "供查询";
    nothing_to_tell: "Nothing of the kind.", "没有此类情况。";
    yes: "yes", "是";
    no: "no", "否";
    failed_amount: "failed amount", "失败金额";
    approved_then_lost: "approved then lost", "批准后失效";
    currency: "currency", "币种";
    unknown_currency: "unknown", "未知";
    // Ledger.
    frames: "frames", "帧";
    paired: "paired", "已配对";
    complete: "complete", "整行";
    request_only: "request only", "仅请求";
    response_only: "response only", "仅应答";
    duplicates: "duplicates", "重复";
    reversal: "reversal", "冲正";
    advice: "advice", "通知";
    administrative: "administrative", "管理";
    out_of_order: "out of order", "乱序";
    rejected: "rejected", "无法读取";
    non_message: "records that are no message", "非报文记录";
    orphan_reversals: "reversals without their original", "找不到原交易的冲正";
    // Rules.
    rule: "rule", "规则";
    conditions: "applies to", "适用条件";
    place: "place", "位置";
    // Inspections.
    messages: "messages", "报文";
    file: "file", "文件";
    files_title: "Files", "文件";
    format: "format", "格式";
    profile: "profile", "报文规范";
    packed: "packed", "压缩";
    runners_up: "could also be", "也可能是";
    agrees: ", with the same values", "，取值相同";
    unverified: "unverified: its reader was not held against real files", "未经真实文件验证";
    message_types: "Message types", "报文类型";
    no_type: "(none)", "(无)";
    coverage: "Fields", "字段";
    field: "field", "字段";
    column: "column", "列";
    filled: "filled", "已填";
    pairing: "Pairing", "配对";
    pairing_rate: "paired of the messages of attempts that should have a partner:", "应有配对的交易报文中已配对：";
    links: "Links", "链路";
    link: "link", "链路";
    and_link: "and link", "与链路";
    same_link: "the same", "同一链路";
    no_link: "(no link)", "(无链路)";
    answers: "answers", "应答";
    listed: "listed", "收录";
    lists_more: "lists more", "收录更多";
    log_less_de7: "log - DE7, ms", "日志-DE7,毫秒";
    log_less_de12: "log - DE12, ms", "日志-DE12,毫秒";
    seen_again: "Messages seen again", "重复出现的报文";
    requests: "requests", "请求";
    clock_ahead: "second clock ahead, ms", "后者时钟快,毫秒";
    not_read: "Messages that could not be read", "无法读取的报文";
    unlisted_codes: "Codes to which the table in force gives no meaning", "所用码表未定义的应答码";
    unknown_columns: "Columns whose names mean nothing", "名称无法识别的列";
    how_to_name: "To name these columns: posmortem inspect FILE --write-config site.toml, then --config site.toml.",
        "为这些列命名：posmortem inspect 文件 --write-config site.toml，然后使用 --config site.toml。";
    looks_like: "looks like", "疑似";
    fits: "fits", "符合";
    read_so: "read so", "按此读取";
    card_data: "Card data in clear", "明文卡数据";
    numbers: "numbers", "卡号";
    alike: "alike", "形似";
    track_1: "track 1", "磁道1";
    track_2: "track 2", "磁道2";
    first_line: "first line", "首行";
    as_chance_gives: "as chance gives", "与随机相当";
    alike_means: "numbers: issued range, length and check digit are a card's; alike: range and length alone. Chance \
        gives one number in ten alike. PIN blocks and verification values cannot be told by their form.",
        "卡号：号段、长度与校验位均符合；形似：仅号段与长度符合。随机数中十个形似约有一个符合。PIN块与卡校验值无法按形式识别。";
    no_card_data: "None was found. PIN blocks and verification values cannot be told by their form.",
        "未发现。PIN块与卡校验值无法按形式识别。";
    unshown_names: "(names not shown)", "(不显示的名称)";
    outside_of_fields: "outside of fields", "字段之外";
    zone_of_de7: "Log times tell no zone and fit DE7 in", "日志时间未注明时区，与DE7相差";
    // Explanations.
    reason: "reason", "细因";
    retry: "retry", "重试";
    owner: "owner", "负责方";
    operations: "operations", "运营";
    at_the_shop: "merchant", "商户";
    in_some_messages: "In some messages", "特定报文";
    dialects: "dialects", "码表";
    when: "when", "条件";
    codes_of_reason: "codes", "应答码";
}

impl Labels {
    /// The labels of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Zh => &ZH,
        }
    }
}

/// What is said of one terminal, and what stands above several, in both languages.
const STATES: [[&str; 4]; 9] = [
    ["at fault itself", "Terminals at fault themselves", "自身故障", "自身故障的终端"],
    [
        "at fault itself, and hit by incidents",
        "Terminals at fault themselves",
        "自身故障并受共同事件影响",
        "自身故障的终端",
    ],
    [
        "used to try card numbers",
        "Terminals used to try card numbers",
        "疑似试卡攻击",
        "疑似遭试卡攻击的终端",
    ],
    ["fell silent", "Terminals that fell silent", "静默", "静默的终端"],
    [
        "hit by incidents alone",
        "Terminals hit by incidents alone",
        "仅受共同事件影响",
        "仅受共同事件影响的终端",
    ],
    ["unusual customers", "Terminals with unusual customers", "客户构成特殊", "客户构成特殊的终端"],
    ["too little to tell", "Terminals of which there is too little to tell", "数据不足", "数据不足的终端"],
    ["normal", "Normal terminals", "正常", "正常的终端"],
    ["not judged", "Terminals that were not judged", "未判定", "未判定的终端"],
];

/// A state in words; `None` is a terminal that nobody has judged.
pub(crate) fn state_title(state: Option<State>, language: Language) -> &'static str {
    let [english, _, chinese, _] = state_words(state);
    in_language(english, chinese, language)
}

/// What stands above terminals of a state.
pub(crate) fn group_title(state: Option<State>, language: Language) -> &'static str {
    let [_, english, _, chinese] = state_words(state);
    in_language(english, chinese, language)
}

fn state_words(state: Option<State>) -> [&'static str; 4] {
    let at = State::ALL.iter().position(|one| Some(*one) == state);
    STATES[at.unwrap_or(State::ALL.len())]
}

fn in_language(english: &'static str, chinese: &'static str, language: Language) -> &'static str {
    match language {
        Language::En => english,
        Language::Zh => chinese,
    }
}

/// What became of a trouble, and what stands above terminals and above shared causes of which that is so.
const CHANGES: [[&str; 6]; 5] = [
    ["new", "Terminals newly at fault", "New incidents", "新出现", "新故障终端", "新共同事件"],
    [
        "persisting",
        "Terminals still at fault",
        "Incidents that persist",
        "持续",
        "仍有故障的终端",
        "持续的共同事件",
    ],
    [
        "too little to tell",
        "Terminals of which there is too little to tell",
        "",
        "数据不足",
        "数据不足的终端",
        "",
    ],
    [
        "cleared",
        "Terminals no longer at fault",
        "Incidents that are over",
        "已消除",
        "已恢复的终端",
        "已结束的共同事件",
    ],
    ["not seen", "Terminals not seen any more", "", "未出现", "未再出现的终端", ""],
];

/// What became of a trouble, in words.
pub(crate) fn change_title(change: Change, language: Language) -> &'static str {
    let [english, _, _, chinese, _, _] = CHANGES[change as usize];
    in_language(english, chinese, language)
}

/// What stands above terminals of which that became.
pub(crate) fn changed_terminals(change: Change, language: Language) -> &'static str {
    let [_, english, _, _, chinese, _] = CHANGES[change as usize];
    in_language(english, chinese, language)
}

/// What stands above shared causes of which that became.
pub(crate) fn changed_incidents(change: Change, language: Language) -> &'static str {
    let [_, _, english, _, _, chinese] = CHANGES[change as usize];
    in_language(english, chinese, language)
}

/// What a shared cause is about.
pub(crate) fn attribute_title(attribute: Attribute, language: Language) -> &'static str {
    let (english, chinese) = match attribute {
        Attribute::Terminal => ("terminal", "终端"),
        Attribute::Site => ("site", "门店"),
        Attribute::Region => ("region", "地区"),
        Attribute::Link => ("link", "链路"),
        Attribute::Model => ("model", "机型"),
        Attribute::Firmware => ("firmware", "固件"),
        Attribute::Issuer => ("issuer", "发卡行"),
        Attribute::EntryMode => ("entry mode", "输入方式"),
        Attribute::ProcessingCode => ("kind of payment", "交易类型"),
    };
    in_language(english, chinese, language)
}

const OWNERS: [(&str, &str); 8] = [
    ("network team", "网络组"),
    ("carrier", "运营商"),
    ("issuer", "发卡行"),
    ("cardholder", "持卡人"),
    ("field service", "现场维护"),
    ("key management", "密钥管理"),
    ("merchant support", "商户支持"),
    ("acquirer operations", "收单运营"),
];

/// Who acts, in a language of people. Data formats keep the English name.
pub(crate) fn owner(name: &'static str, language: Language) -> &'static str {
    let chinese = OWNERS.iter().filter(|_| language == Language::Zh).find(|(english, _)| *english == name);
    chinese.map_or(name, |(_, chinese)| chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::Reason;

    #[test]
    fn every_owner_has_a_chinese_name() {
        for reason in Reason::all() {
            assert!(!owner(reason.owner(), Language::Zh).is_ascii(), "{}", reason.owner());
            assert_eq!(owner(reason.owner(), Language::En), reason.owner());
        }
    }
}
