"""What the screens are shown with: realistic views, long names among them. Everything here is simulated."""

from app.exam.interactions import Choice, Option
from app.exam.item import Item
from app.exam.prose import Language, Paragraph, Picture, Place, Run, Style, Wording
from app.seat.environment import Look, weigh
from app.seat.phases.launch.environment_rows import environment_rows
from app.seat.screens.admission.check_in import CheckInView
from app.seat.screens.admission.identity import IdentityView, Step
from app.seat.screens.admission.notice import NoticeView
from app.seat.screens.closing.result import DeliveryState, ResultView, SectionScore
from app.seat.screens.closing.sealing import SealingView, SealStep, StepRow, StepState
from app.seat.screens.delivery.item import ItemHeader, ItemView
from app.seat.screens.delivery.review import ReviewView
from app.seat.screens.launch.launch import CheckRow, CheckState, LaunchView, ReleaseState
from app.seat.screens.launch.sign_in import SignInView
from app.seat.screens.proctor.countersign import CountersignView
from app.seat.screens.view import CandidateCard, ProctorCard, SessionFacts
from app.ui.number_grid import GridCell
from app.ui.text import Sentence
from app.words import Words
from proctoring.checks.observation import clear, found, unknown
from proctoring.lockdown.level import SESSION_NEEDS, Level
from sync.wire.environment import EnvironmentPolicy, LockdownLevel, Override
from sync.wire.plan import Bilingual, Difficulty, ItemKind, ProctorEntry
from tests.app.seat.screens.pictures import drawn_face, encoded, fire_triangle

ZH, EN = Words(Language.ZH), Words(Language.EN)
EXAM = Bilingual(zh="焊接与热切割作业 · 理论考试", en="Welding and thermal cutting · theory exam")
LONG_NAME = "阿卜杜热依木·买买提吐尔逊·阿卜杜拉"
STRESSED = frozenset({Style.STRONG, Style.UNDERLINE})
SITTING = "0193a1c2-0000-7000-8000-000000000001"


def session() -> SessionFacts:
    return SessionFacts(EXAM, "青河县职业培训中心考点", "第二考场", "2026-11-22 09:00–11:00", "07 号机")


def proctors(signed: int = 1) -> tuple[ProctorCard, ...]:
    names = ("李芳", "王建国", "古丽娜尔·艾合买提江", "Alexandra Featherstonehaugh-Wellington")
    return tuple(ProctorCard(f"p{i}", name, signed_in=i < signed) for i, name in enumerate(names))


def sign_in(signed: int = 1) -> SignInView:
    return SignInView(session(), proctors(signed), needed=2, others=True)


def bilingual(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=zh, en=en)


def good_checks() -> tuple[CheckRow, ...]:
    return (
        CheckRow(Sentence("readiness.devices.name"), CheckState.GOOD, "USB 2.0 Camera, USB Audio"),
        CheckRow(
            Sentence("readiness.recording.name"),
            CheckState.GOOD,
            Sentence(
                "readiness.recording.good.seen",
                {
                    "picture": Sentence("readiness.source.auto"),
                    "sound": Sentence("readiness.source.microphone", {"name": "USB Audio"}),
                    "width": 640,
                    "height": 480,
                    "rate": 15,
                },
            ),
        ),
        CheckRow(
            Sentence("check.disk_forecast.name"),
            CheckState.GOOD,
            Sentence(
                "check.disk_forecast.clear",
                {"free_mb": 212_000, "lasts_minutes": 41_340, "longest_minutes": 180, "needed_mb": 1_122},
            ),
        ),
        CheckRow(
            bilingual("时钟", "Clock"),
            CheckState.GOOD,
            bilingual("与登记中心相差 0.4 秒", "0.4 s from the registry's"),
        ),
        CheckRow(
            bilingual("试题包", "Package"),
            CheckState.GOOD,
            bilingual("第 3 版，331 题，签名有效", "Version 3, 331 items, signature good"),
        ),
    )


def checks() -> tuple[CheckRow, ...]:
    return (
        *good_checks(),
        CheckRow(
            bilingual("网络", "Network"),
            CheckState.ATTENTION,
            bilingual("连不上登记中心", "The registry does not answer"),
            bilingual("考试可以照常进行，成绩会在有网络后上报。", "The exam can go on; results are sent later."),
            bilingual("请准备好放行码。", "Have the release code ready."),
        ),
        CheckRow(
            bilingual("第二块屏幕", "Second display"),
            CheckState.BLOCKED,
            bilingual("发现 HDMI-2 接有显示器", "A display is connected to HDMI-2"),
            bilingual("考生可能把试题投到别处。", "Items could be shown elsewhere."),
            bilingual("请拔掉第二块显示器，再点“重新检查”。", "Unplug the second display, then check again."),
        ),
    )


EVIDENCE = ("/sys/block/sdb: Kingston DataTraveler 3.0, 32 GB", "/proc/mounts: /dev/sdb1 /media/usb")
OBSERVED = (
    found("usb_storage", EVIDENCE, count=1),
    found("remote_tool", ("process 812: comm x11vnc, 0.0.0.0:5900 open", "/usr/bin/x11vnc"), names="x11vnc"),
    unknown("camera_in_use", ("/proc/1204/fd: EACCES",)),
    found("input_devices", ("0003:046D:C52B: Logitech USB Receiver",), keyboards=2),
    found("battery", ("/sys/class/power_supply/BAT0: Discharging, 78 %",), percent=78),
    *(clear(one) for one in ("debugger", "elevated", "virtual_camera", "radios", "routes", "suspend")),
)
PROCTORS = (
    ProctorEntry(proctor=SITTING, name="李芳", keyid="a" * 64),
    ProctorEntry(proctor=SITTING, name="古丽娜尔·艾合买提江", keyid="b" * 64),
)


def looked(*, overridden: bool = False, level: LockdownLevel = LockdownLevel.SESSION) -> Look:
    """Give a look at a PC on which a stick is plugged in and a remote tool runs; two proctors allowed the stick."""
    policy = EnvironmentPolicy()
    usb = next(one.statement for one in weigh(policy, OBSERVED, ()) if one.observation.check == "usb_storage")
    assert usb is not None
    reason = "考点的加密狗，已登记，考试软件要用"
    override = Override(statement=usb, reason=reason, by=("a" * 64, "b" * 64), wall_ms=1_795_309_380_000)
    weighed = weigh(policy, OBSERVED, (override,) if overridden else ())
    short = SESSION_NEEDS if level is LockdownLevel.DESKTOP else ()
    return Look(Level(level, short), LockdownLevel.SESSION, weighed, ("quantum_radar",) if overridden else ())


def launch_found(*, overridden: bool = False, level: LockdownLevel = LockdownLevel.SESSION) -> LaunchView:
    """Give the launch screen with what checks of the PC found."""
    rows = environment_rows(looked(overridden=overridden, level=level), PROCTORS)
    return LaunchView(
        session(), ("李芳", "王建国"), (*rows, *good_checks()), ReleaseState.RELEASED, None, can_start=False
    )


def launch(*, good: bool = False) -> LaunchView:
    return LaunchView(
        session(),
        ("李芳", "王建国"),
        good_checks() if good else checks(),
        ReleaseState.RELEASED if good else ReleaseState.WAITING,
        None if good else bilingual("登记中心没有回应。", "The registry does not answer."),
        can_start=good,
        others=True,
    )


def candidate(name: str = "张伟", *, photo: bool = True) -> CandidateCard:
    return CandidateCard(
        sitting=SITTING,
        name=name,
        admission_number="2026113302070",
        id_number_masked="65432519********27",
        exam_title=EXAM,
        seat_number=7,
        photo=encoded(drawn_face(240, 320)) if photo else None,
        simulated=True,
        allowance=bilingual("已批准合理便利：延长 30 分钟", "Approved: 30 minutes more") if not photo else None,
    )


def check_in() -> CheckInView:
    return CheckInView(session(), expected=3)


WAYS: dict[str, dict[str, str | int]] = {
    "held": {"note": "本人与照片不像"},
    "late": {"minutes": 47, "allowed": 30},
    "other_seat": {"seat": "12", "here": "07"},
    "claimed": {"seat": "12"},
}


def identity(
    step: Step = Step.CANDIDATE, *, name: str = "张伟", photo: bool = True, ways: tuple[str, ...] = ()
) -> IdentityView:
    notes = tuple(Sentence(f"screen.identity.way_{way}", WAYS[way]) for way in ways)
    people = 2 if ways else 1
    return IdentityView(session(), candidate(name, photo=photo), step, notes, people, held="held" in ways)


def notice(*, ready: bool = True) -> NoticeView:
    return NoticeView(
        session=session(),
        sitting=SITTING,
        candidate_name="张伟",
        seat_number=7,
        items=100,
        minutes=120,
        marks=100,
        pass_mark=80,
        retention_years=3,
        ready=ready,
        problem=None if ready else bilingual("没有声音，请检查麦克风。", "No sound. Check the microphone."),
    )


def preview() -> bytes:
    return encoded(drawn_face(320, 240, "#B9C4BE"), b"jpg")


def cells(count: int = 100) -> tuple[GridCell, ...]:
    return tuple(
        GridCell(n, answered=(n < 24 and n not in (9, 17)) or n in (40, 41, 55), flagged=n in (9, 14, 23))
        for n in range(1, count + 1)
    )


def finished_cells(*, open_items: tuple[int, ...], flagged: tuple[int, ...]) -> tuple[GridCell, ...]:
    return tuple(GridCell(n, answered=n not in open_items, flagged=n in flagged) for n in range(1, 101))


def text(zh: str, en: str) -> Wording:
    return Wording((Paragraph((Run(zh),)),), (Paragraph((Run(en),)),))


def asked(name: str, kind: ItemKind, stem: Wording, options: tuple[Option, ...]) -> Item:
    """Make an item of one choice, below its stem."""
    place = Place("RESPONSE")
    most = 0 if kind is ItemKind.MULTIPLE_CHOICE else 1
    choice = Choice("RESPONSE", None, options, max_choices=most)
    return Item(name, kind, "welding", Difficulty.EASY, Wording((*stem.zh, place), (*stem.en, place)), (choice,))


def item() -> ItemView:
    stem = Wording(
        (
            Paragraph(
                (
                    Run("在密闭容器内进行焊接作业前，应当先进行通风和气体检测。下列关于作业人员的做法，"),
                    Run("不正确", STRESSED),
                    Run("的是："),
                )
            ),
        ),
        (
            Paragraph(
                (
                    Run(
                        "Before welding inside a closed vessel the air must be exchanged and tested. Which of these is "
                    ),
                    Run("not correct", STRESSED),
                    Run("?"),
                )
            ),
        ),
    )
    options = (
        Option(
            "a", text("进入前用仪器检测氧气和可燃气体的含量。", "Test for oxygen and flammable gas before going in.")
        ),
        Option("b", text("安排专人在容器外监护，并约定联络信号。", "Post a watcher outside and agree on signals.")),
        Option(
            "c",
            text(
                "用氧气向容器内吹送，以降低温度、改善作业人员的呼吸条件，必要时可以多次吹送，直到作业结束为止。",
                "Blow oxygen into the vessel to lower the temperature and to help the worker breathe, as often as "
                "needed until the work is done.",
            ),
        ),
        Option("d", text("使用不超过 12 V 的照明灯具。", "Use lamps of no more than 12 V.")),
    )
    return ItemView(
        asked("W023", ItemKind.SINGLE_CHOICE, stem, options), 23, 1000, {"RESPONSE": ("c",)}, flagged=True, media={}
    )


def picture_item() -> ItemView:
    shown = Picture("triangle", "燃烧三要素示意图，一个角上是问号")
    stem = Wording(
        (Paragraph((Run("图中三角形表示燃烧的三个必要条件。切断其中任何一个，燃烧就会停止。"),)), shown),
        (Paragraph((Run("The triangle shows the three things a fire needs. Take one away and it goes out."),)), shown),
    )
    options = (Option("t", text("正确", "True")), Option("f", text("错误", "False")))
    pictures = {"triangle": encoded(fire_triangle(("可燃物", "助燃物", "点火源")))}
    return ItemView(asked("F041", ItemKind.TRUE_FALSE, stem, options), 41, 1000, {}, flagged=False, media=pictures)


def multiple_item() -> ItemView:
    names = (
        ("气瓶直立固定，并有防倾倒装置", "Cylinders stand upright and are secured"),
        ("氧气瓶与乙炔瓶相距 5 m 以上", "Oxygen and acetylene are at least 5 m apart"),
        ("氧气瓶阀沾有油脂也可以使用", "An oily oxygen valve may be used"),
        ("乙炔瓶必须装设回火防止器", "Acetylene has a flashback arrestor"),
        ("气瓶距明火 10 m 以上", "Cylinders are at least 10 m from open flames"),
    )
    options = tuple(Option(f"o{i}", text(zh, en)) for i, (zh, en) in enumerate(names))
    stem = text("关于气瓶的使用，下列说法正确的有：", "Which of these about gas cylinders are correct?")
    asks = asked("M005", ItemKind.MULTIPLE_CHOICE, stem, options)
    return ItemView(asks, 55, 2000, {"RESPONSE": ("o0", "o3")}, flagged=False, media={})


def header(name: str = "张伟") -> ItemHeader:
    return ItemHeader(EXAM, name, 7, encoded(drawn_face(120, 160)))


def review() -> ReviewView:
    return ReviewView(EXAM, "张伟", 7, finished_cells(open_items=(9, 17, 88), flagged=(14, 41)), here=100)


def review_finished() -> ReviewView:
    return ReviewView(EXAM, "张伟", 7, finished_cells(open_items=(), flagged=()), here=100)


def sealing() -> SealingView:
    return SealingView(
        "张伟",
        (
            StepRow(SealStep.ANSWERS, StepState.DONE, bilingual("98 题有作答", "98 items answered")),
            StepRow(SealStep.RECORDING, StepState.DONE, bilingual("1 小时 12 分 40 秒，1 处中断", "1:12:40, one gap")),
            StepRow(SealStep.SCORE, StepState.DONE),
            StepRow(SealStep.PACKET, StepState.RUNNING),
            StepRow(SealStep.DELIVERY, StepState.TO_DO),
        ),
    )


def countersign() -> CountersignView:
    reason = bilingual(
        "程序在考试中重新启动过，监考员的签字钥匙已不在内存里。",
        "The program was restarted during the exam and no longer holds the proctors' keys.",
    )
    return CountersignView(candidate(), proctors(0), reason)


def result(*, passed: bool = True, shown: bool = True, delivery: DeliveryState = DeliveryState.RECEIPTED) -> ResultView:
    sections = (
        SectionScore(bilingual("判断题", "True or false"), 63000 if passed else 48000, 70000, 63 if passed else 48, 70),
        SectionScore(bilingual("单项选择题", "Single choice"), 23000, 30000, 23, 30),
    )
    return ResultView(
        exam_title=EXAM,
        candidate_name="张伟",
        admission_number="2026113302070",
        photo=encoded(drawn_face(240, 320)),
        score_shown=shown,
        score_milli=86000 if passed else 71000,
        max_milli=100000,
        pass_milli=80000,
        passed=passed,
        sections=sections,
        submitted="2026-11-22 10:42",
        code="7K3QX9M2ZB5T8WCD",
        qr="EXAMROOM:7K3QX9M2ZB5T8WCD:86000:100000",
        delivery=delivery,
    )
