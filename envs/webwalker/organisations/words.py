"""The vocabulary of the organisations: four kinds, each in English and Chinese.

A kind is described by what its site shows. Values are drawn by pattern (facts.py): `int:LOW-HIGH[:STEP]`, `date`,
`time`, `room`, `code:PREFIX`, `person` (somebody of the people section), or `a|b|c`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Two:
    """The same text in both languages."""

    en: str
    zh: str

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is told of an entity.

    Attributes:
        label: as the page shows it.
        asked: as a question names it.
        pattern: how its value is drawn.
        unit: what follows a number; "" for none. Numbers with a unit can be added up.
    """

    label: Two
    asked: Two
    pattern: str
    unit: Two = Two("", "")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a site: a list of entities with a page each, or facts on a page of its own.

    Attributes:
        slug: the folder's name.
        title: the link in the navigation.
        one: what one entity is called; unused for facts.
        names: how entities are called: patterns with {n}, {a} and {b}.
        count: entities.
        fields: what is told of each.
        child: a section below each entity.
    """

    slug: str
    title: Two
    fields: tuple[Field, ...]
    one: Two = Two("", "")
    names: Two = Two("", "")
    count: int = 0
    child: Section | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of organisation: name pattern, what it says of itself, and its sections."""

    name: str
    title: Two
    about: Two
    tree: Section
    places: Section
    people: Section
    facts: Section


def _f(en: str, zh: str, pattern: str, unit: tuple[str, str] = ("", ""), asked: tuple[str, str] | None = None) -> Field:
    return Field(Two(en, zh), Two(*(asked or (en.lower(), zh))), pattern, Two(*unit))


_ROOM = _f("Room", "办公室", "room", asked=("office room", "办公室房间号"))
_PHONE = _f("Extension", "分机", "int:2001-9899", asked=("telephone extension", "电话分机号"))
_SINCE = _f("With us since", "加入时间", "date", asked=("date of joining", "加入日期"))


def _people(en: str, zh: str) -> Section:
    return Section("people", Two(en, zh), (_ROOM, _PHONE, _SINCE), Two("person", "人员"), Two("", ""), 12)


CONFERENCE = Kind(
    "conference",
    Two("International Meeting on {a} {b}", "{a}{b}国际会议"),
    Two(
        "The meeting brings together everyone who works on {a}: researchers, engineers and students. "
        "Contributions are reviewed by at least three members of the committee.",
        "本次会议汇聚从事{a}工作的研究人员、工程师和学生。每篇投稿至少由三位委员评审。",
    ),
    Section(
        "programme",
        Two("Programme", "会议日程"),
        (
            _f("Chair", "主持人", "person", asked=("chair", "主持人")),
            _f("Room", "会场", "room", asked=("room", "会场房间号")),
            _f("Seats", "座位数", "int:60-480:5", ("seats", "个座位"), ("number of seats", "座位数")),
        ),
        Two("session", "分会场"),
        Two("Session on {a}", "{a}分会场"),
        5,
        Section(
            "talks",
            Two("Talks", "报告"),
            (
                _f("Speaker", "报告人", "person", asked=("speaker", "报告人")),
                _f("Paper number", "论文编号", "int:103-897", asked=("paper number", "论文编号")),
                _f("Length", "时长", "int:12-58", ("minutes", "分钟"), ("length", "时长")),
            ),
            Two("talk", "报告"),
            Two("Towards {b} {a}", "面向{b}的{a}"),
            3,
        ),
    ),
    Section(
        "hotels",
        Two("Hotels", "酒店"),
        (
            _f("Price", "房价", "int:71-289", ("euros a night", "元每晚"), ("price", "房价")),
            _f(
                "Walk to the venue",
                "步行到会场",
                "int:4-47",
                ("minutes", "分钟"),
                ("walk to the venue", "步行到会场的时间"),
            ),
            _f("Breakfast from", "早餐开始", "time", asked=("time from which breakfast is served", "早餐开始时间")),
        ),
        Two("hotel", "酒店"),
        Two("Hotel {b}", "{b}酒店"),
        5,
    ),
    _people("Committee", "委员会"),
    Section(
        "registration",
        Two("Registration", "注册"),
        (
            _f(
                "Early registration ends",
                "提前注册截止",
                "date",
                asked=("date on which early registration ends", "提前注册截止日期"),
            ),
            _f("Full fee", "全价注册费", "int:311-899", ("euros", "元"), ("full fee", "全价注册费")),
            _f("Student fee", "学生注册费", "int:91-289", ("euros", "元"), ("student fee", "学生注册费")),
            _f(
                "Registration desk",
                "注册台负责人",
                "person",
                asked=("person in charge of the registration desk", "注册台负责人"),
            ),
        ),
    ),
)

UNIVERSITY = Kind(
    "university",
    Two("University of {b}", "{b}大学"),
    Two(
        "The university teaches and studies everything from law to {a}. It is open to all who want to learn.",
        "本校的教学与研究涵盖从法律到{a}的各个领域，欢迎所有愿意学习的人。",
    ),
    Section(
        "departments",
        Two("Departments", "院系"),
        (
            _f("Head", "系主任", "person", asked=("head", "系主任")),
            _f("Students", "学生人数", "int:211-2890", ("students", "名学生"), ("number of students", "学生人数")),
            _f("Founded", "成立年份", "int:1821-1998", asked=("founding year", "成立年份")),
        ),
        Two("department", "院系"),
        Two("Department of {a}", "{a}系"),
        5,
        Section(
            "courses",
            Two("Courses", "课程"),
            (
                _f("Lecturer", "主讲教师", "person", asked=("lecturer", "主讲教师")),
                _f("Course code", "课程代码", "code:C", asked=("course code", "课程代码")),
                _f("Hours", "学时", "int:18-96:2", ("hours", "学时"), ("number of hours", "学时数")),
            ),
            Two("course", "课程"),
            Two("{b} {a}", "{b}{a}"),
            3,
        ),
    ),
    Section(
        "libraries",
        Two("Libraries", "图书馆"),
        (
            _f(
                "Reading places",
                "阅览座位",
                "int:41-690",
                ("places", "个座位"),
                ("number of reading places", "阅览座位数"),
            ),
            _f("Opens at", "开馆时间", "time", asked=("opening time", "开馆时间")),
            _f("Volumes", "藏书", "int:12100-398000:100", ("volumes", "册"), ("number of volumes", "藏书册数")),
        ),
        Two("library", "图书馆"),
        Two("{b} Library", "{b}图书馆"),
        5,
    ),
    _people("Staff", "教职员工"),
    Section(
        "admissions",
        Two("Admissions", "招生"),
        (
            _f("Applications close", "申请截止", "date", asked=("date on which applications close", "申请截止日期")),
            _f("Tuition", "学费", "int:1210-8990:10", ("euros a year", "元每年"), ("tuition", "学费")),
            _f("Places", "招生名额", "int:310-1890", ("places", "个名额"), ("number of places", "招生名额")),
            _f("Admissions officer", "招生负责人", "person", asked=("admissions officer", "招生负责人")),
        ),
    ),
)

COMPANY = Kind(
    "company",
    Two("{b} {a} Works", "{b}{a}公司"),
    Two(
        "We make instruments for {a} that last. Everything that leaves our halls is measured twice.",
        "我们制造经久耐用的{a}仪器。每一件出厂产品都经过两次测量。",
    ),
    Section(
        "products",
        Two("Products", "产品"),
        (
            _f("Product manager", "产品经理", "person", asked=("product manager", "产品经理")),
            _f("On the market since", "上市年份", "int:1961-2024", asked=("year of market launch", "上市年份")),
            _f("Units sold", "销量", "int:1203-98700", ("units", "台"), ("number of units sold", "销量")),
        ),
        Two("product line", "产品系列"),
        Two("{b} series", "{b}系列"),
        5,
        Section(
            "models",
            Two("Models", "型号"),
            (
                _f("Test engineer", "测试工程师", "person", asked=("test engineer", "测试工程师")),
                _f("Article number", "货号", "code:A", asked=("article number", "货号")),
                _f("Weight", "重量", "int:210-9870", ("grams", "克"), ("weight", "重量")),
            ),
            Two("model", "型号"),
            Two("{b} {n}", "{b}{n}型"),
            3,
        ),
    ),
    Section(
        "offices",
        Two("Offices", "办事处"),
        (
            _f("Employees", "员工人数", "int:11-940", ("employees", "名员工"), ("number of employees", "员工人数")),
            _f("Opens at", "上班时间", "time", asked=("opening time", "上班时间")),
            _f("Floor space", "面积", "int:120-9900", ("square metres", "平方米"), ("floor space", "面积")),
        ),
        Two("office", "办事处"),
        Two("{b} office", "{b}办事处"),
        5,
    ),
    _people("Our people", "我们的团队"),
    Section(
        "investors",
        Two("Investors", "投资者"),
        (
            _f("Annual meeting", "股东大会", "date", asked=("date of the annual meeting", "股东大会日期")),
            _f("Revenue", "营业额", "int:12-890", ("million euros", "百万元"), ("revenue", "营业额")),
            _f(
                "Shareholders",
                "股东人数",
                "int:310-9800",
                ("shareholders", "名股东"),
                ("number of shareholders", "股东人数"),
            ),
            _f("Contact for investors", "投资者联系人", "person", asked=("contact for investors", "投资者联系人")),
        ),
    ),
)

GAMES = Kind(
    "games",
    Two("{b} Games", "{b}游戏工作室"),
    Two(
        "A small studio that makes long games, most of them about {a}. We answer every letter.",
        "一家制作大型游戏的小工作室，作品大多与{a}有关。我们会回复每一封来信。",
    ),
    Section(
        "games",
        Two("Our games", "我们的游戏"),
        (
            _f("Lead designer", "主设计师", "person", asked=("lead designer", "主设计师")),
            _f("Released", "发行日期", "date", asked=("release date", "发行日期")),
            _f(
                "Copies sold", "销售份数", "int:4100-890000:10", ("copies", "份"), ("number of copies sold", "销售份数")
            ),
        ),
        Two("game", "游戏"),
        Two("The {b} of {a}", "{b}与{a}"),
        5,
        Section(
            "patches",
            Two("Patches", "补丁"),
            (
                _f("Written by", "作者", "person", asked=("author", "作者")),
                _f("Build", "构建号", "int:10021-98999", asked=("build number", "构建号")),
                _f(
                    "Errors mended",
                    "修复错误",
                    "int:7-240",
                    ("errors", "个错误"),
                    ("number of errors mended", "修复的错误数"),
                ),
            ),
            Two("patch", "补丁"),
            Two("Patch {n}", "补丁{n}"),
            3,
        ),
    ),
    Section(
        "tournaments",
        Two("Tournaments", "锦标赛"),
        (
            _f("Prize money", "奖金", "int:900-98000:50", ("euros", "元"), ("prize money", "奖金")),
            _f("Players", "参赛人数", "int:16-512", ("players", "名选手"), ("number of players", "参赛人数")),
            _f("First match", "首场比赛", "time", asked=("time of the first match", "首场比赛时间")),
        ),
        Two("tournament", "锦标赛"),
        Two("{b} Cup", "{b}杯"),
        5,
    ),
    _people("The team", "团队"),
    Section(
        "support",
        Two("Support", "支持"),
        (
            _f("Forum moderator", "论坛版主", "person", asked=("forum moderator", "论坛版主")),
            _f(
                "Answer within",
                "答复时限",
                "int:2-70",
                ("hours", "小时"),
                ("time within which letters are answered", "答复时限"),
            ),
            _f(
                "Forum members",
                "论坛成员",
                "int:1100-98000",
                ("members", "名成员"),
                ("number of forum members", "论坛成员数"),
            ),
            _f("Servers move on", "服务器迁移", "date", asked=("date on which the servers move", "服务器迁移日期")),
        ),
    ),
)

KINDS = {k.name: k for k in (CONFERENCE, UNIVERSITY, COMPANY, GAMES)}

TOPICS = Two(
    "acoustics|botany|cartography|geology|hydrology|linguistics|optics|statistics|astronomy|ceramics|logistics|robotics|"
    "surveying|metallurgy|cryptography|meteorology|toxicology|typography|horology|seismology",
    "声学|植物学|制图学|地质学|水文学|语言学|光学|统计学|天文学|陶瓷学|物流学|机器人学|测量学|冶金学|密码学|气象学|毒理学|字体学|"
    "钟表学|地震学",
)
PLACES = Two(
    "Aldermoor|Brackwater|Calderstow|Dunmere|Eastlow|Farnholt|Greywick|Harrowfell|Inverbeck|Kelderby|Lowmarch|Merrowdale|"
    "Northolm|Oakhaven|Pinnerton|Quarrydene|Ravenscar|Stonebridge|Thornbury|Underwell|Vexford|Westerby|Yarrowick|Zelmouth",
    "青川|云岭|白河|石桥|松涛|长汀|望湖|东篱|南屏|西岭|北原|明溪|金沙|玉泉|清源|安澜|临海|永宁|和风|竹山|晴川|梅谷|兰亭|苍山",
)
QUALITIES = Two(
    "practical|comparative|applied|modern|experimental|historical|reliable|portable|distributed|structural|quiet|adaptive|"
    "shallow|careful|remote|seasonal",
    "实用|比较|应用|现代|实验|历史|可靠|便携|分布式|结构|静音|自适应|浅层|精细|远程|季节",
)
GIVEN = Two(
    "Ada|Bruno|Celia|Dario|Edith|Felix|Greta|Hugo|Irene|Jonas|Katja|Lorenz|Mira|Nils|Olga|Pavel|Rosa|Sven|Tilda|Viktor",
    "伟|芳|娜|敏|静|磊|洋|艳|勇|杰|娟|涛|超|霞|平|刚|桂英|志强|晓明|建华",
)
FAMILY = Two(
    "Abelard|Brandt|Castell|Dorval|Ekholm|Fenwick|Garland|Hollis|Iversen|Jarrow|Kessler|Lindqvist|Marlowe|Novak|Orsini|"
    "Pembrey|Quillon|Rosti|Sandell|Tarkov|Ulvang|Verhoef|Wexler|Yilmaz",
    "王|李|张|刘|陈|杨|赵|黄|周|吴|徐|孙|胡|朱|高|林|何|郭|马|罗|梁|宋|郑|谢",
)
NEWS = Two(
    "The {a} group has moved to its new rooms|A visit of guests from {b}|Works on the heating in {b} wing|"
    "An evening on {a} for everybody|The summer fair drew {n} visitors|The canteen closes early on {d}|"
    "{n} new books for the reading room|Lost and found: a grey coat|The lift in {b} house is repaired|"
    "A photo contest on {a} has begun|New bicycle stands for {n} bicycles|The choir sings on {d}",
    "{a}小组迁入新办公室|{b}代表团来访|{b}楼供暖施工|面向公众的{a}之夜|夏季集市吸引{n}名访客|食堂{d}提前关门|阅览室新增{n}册图书|"
    "失物招领：一件灰色外套|{b}楼电梯已修复|{a}摄影比赛开始|新增{n}个自行车停车位|合唱团{d}演出",
)
