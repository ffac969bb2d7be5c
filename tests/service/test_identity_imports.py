"""Rosters: read, previewed, committed. The files are made here, with the faults that real ones have."""

import datetime
import io
import threading
import time
import uuid

import openpyxl
import pytest

from tests.support.bus import Bus
from tests.support.errors import number
from tests.support.register import Register
from tests.support.street import id_number

TITLES = ["姓名", "公民身份号码", "人员类别", "入党日期"]
PREVIEWED, COMMITTED, EMPTY = 1, 2, 3
DAY = 86400


@pytest.fixture
def branch(register):
    """A branch of its own, the only one of its name."""
    chain = register.chain(branch=f"支部{uuid.uuid4().hex[:8]}")
    return chain["branch"]


def person(**fields):
    """The cells of a good row, in the order of TITLES."""
    return list({"name": "张三", "id_number": id_number(), "category": "正式党员", "joined": "2005-07-01",
                 **fields}.values())


def csv(rows, titles=TITLES, encoding="utf-8", separator=","):
    return "\r\n".join(separator.join(str(cell) for cell in row) for row in [titles, *rows]).encode(encoding)


def xlsx(fill):
    """A workbook; `fill` is given its sheet."""
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(rows, titles=TITLES):
    def fill(target):
        for row in [titles, *rows]:
            target.append(row)
    return xlsx(fill)


def counts(reply):
    body = reply.body
    assert reply.code == 0, reply
    assert body.rows == body.rows_new + body.rows_changed + body.rows_same + body.rows_bad
    return body.rows_new, body.rows_changed, body.rows_same, body.rows_bad


def cells(reply):
    return [(cell.row, cell.column, cell.code) for cell in reply.body.bad_cells]


def members(register, branch, caller=None):
    reply = (caller or register.admin)("Identity.ListMembers", {"organization_id": branch.id, "page_size": 100})
    return {member.id_number: member for member in reply.body.members}


def commit(register, reply, caller=None, **options):
    return (caller or register.admin)("Identity.CommitImport", {"id": reply.body.id}, seconds=60, **options)


# --- the way through

def test_preview_commit_and_again(register, branch):
    rows = [person(name=f"党员{n}") for n in range(30)]
    before = len(register.events())
    reply = register.upload(csv(rows), organization_id=branch.id)
    assert counts(reply) == (30, 0, 0, 0) and reply.body.state == PREVIEWED and reply.version == 1
    assert not members(register, branch) and len(register.events()) == before
    assert register.admin("Identity.GetImport", {"id": reply.body.id}).body == reply.body
    done = commit(register, reply)
    assert done.code == 0 and done.body.state == COMMITTED and done.body.committed_at and done.version == 2
    held = members(register, branch)
    assert {(m.name, m.id_number) for m in held.values()} == {(row[0], row[1]) for row in rows}
    assert all(m.version == 1 and m.state == 1 and m.joined_on == "2005-07-01" for m in held.values())
    told = register.events()[before:]
    assert [kind.rsplit(".", 2)[1] for _, kind, _ in told] == ["registered"] * 30 + ["committed"]
    assert [event.name for _, _, event in told[:30]] == [row[0] for row in rows]
    assert {event.member_id for _, _, event in told[:30]} == {m.id for m in held.values()}
    assert (told[30][2].rows_new, told[30][2].rows_changed) == (30, 0)
    positions = [position for position, _, _ in told]
    assert positions == list(range(positions[0], positions[0] + 31))
    again = register.upload(csv(rows), organization_id=branch.id)
    assert counts(again) == (0, 0, 30, 0) and again.body.state == EMPTY
    assert commit(register, again).code == number("import.nothing")


def test_changes(register, branch):
    """What differs is changed; an empty cell, and a column that is not there, take nothing away."""
    titles = TITLES + ["手机", "住址", "学历", "转正日期"]
    same, phone, empty = (person() + ["13800138000", "某路 1 号", "大学本科", "2006-07-01"] for _ in range(3))
    assert commit(register, register.upload(csv([same, phone, empty], titles), organization_id=branch.id)).code == 0
    phone[4], phone[0] = "13800138001", "张三丰"
    empty[4:] = ["", "", "", ""]
    reply = register.upload(csv([empty, same, phone], titles), organization_id=branch.id)
    assert counts(reply) == (0, 1, 2, 0)
    assert commit(register, reply).code == 0
    held = members(register, branch)
    changed, kept = held[phone[1]], held[empty[1]]
    assert (changed.phone, changed.name, changed.version, changed.address) == ("13800138001", "张三丰", 2, "某路 1 号")
    assert (kept.phone, kept.address, kept.education, kept.version) == ("13800138000", "某路 1 号", "20", 1)
    assert register.admin("Identity.ListMembers", {"phone": "13800138001"}).body.members[0].id == changed.id
    event = register.events("member.changed")[-1][2]
    assert (event.member_id, event.name) == (changed.id, "张三丰")


def test_a_commit_is_done_once(register, branch):
    reply = register.upload(csv([person()]), organization_id=branch.id)
    key = str(uuid.uuid4())
    first = commit(register, reply, key=key)
    assert first.code == 0 and commit(register, reply, key=key).body == first.body
    assert commit(register, reply).code == number("import.committed")
    assert len(members(register, branch)) == 1
    unknown = register.admin("Identity.CommitImport", {"id": str(uuid.uuid4())})
    assert unknown.code == number("not_found")


def test_an_upload_is_read_once(register, branch):
    """The repeat of an upload, with its key, gets the first preview."""
    key, name = str(uuid.uuid4()), uuid.uuid4().hex
    with open(f"{register.daemons.place.files}/{name}", "wb") as file:
        file.write(csv([person()]))
    body = {"file": name, "file_name": "名册.csv", "organization_id": branch.id}
    first = register.admin("Identity.ImportMembers", body, key=key)
    assert counts(first) == (1, 0, 0, 0)
    assert register.admin("Identity.ImportMembers", body, key=key).body == first.body


# --- all or none

def test_stale_when_a_member_was_changed(register, branch):
    row = person() + ["13800138000"]
    titles = TITLES + ["手机"]
    assert commit(register, register.upload(csv([row], titles), organization_id=branch.id)).code == 0
    row[4] = "13800138009"
    fresh = person() + ["13800138010"]
    reply = register.upload(csv([row, fresh], titles), organization_id=branch.id)
    assert counts(reply) == (1, 1, 0, 0)
    member = members(register, branch)[row[1]]
    assert register.admin("Identity.UpdateMember", {
        "id": member.id, "address": "新址", "update_mask": ["address"]}, match=1).code == 0
    assert commit(register, reply).code == number("import.stale")
    assert fresh[1] not in members(register, branch)


def test_stale_when_someone_was_registered(register, branch):
    row = person()
    reply = register.upload(csv([row]), organization_id=branch.id)
    register.member(branch.id, id_number=row[1])
    assert commit(register, reply).code == number("import.stale")


def test_stale_when_the_branch_moved(register):
    ours, theirs = register.chain(), register.chain()
    reply = register.upload(csv([person()]), organization_id=ours["branch"].id)
    assert register.admin("Identity.MoveOrganization", {
        "id": ours["grid"].id, "parent_id": theirs["area"].id}, match=1).code == 0
    assert commit(register, reply).code == number("import.stale")
    assert not members(register, ours["branch"])


def test_stale_when_it_was_not_committed_in_time(register, identity, branch):
    reply = register.upload(csv([person()]), organization_id=branch.id)
    start = time.time()
    try:
        identity.clock.go_to(start + 8 * DAY)
        identity.bus.ahead_ms = 8 * DAY * 1000
        register.admin = register.sign_in(register.username)
        register.upload(csv([person()]), organization_id=branch.id)
        assert commit(register, reply).code == number("import.stale")
    finally:
        identity.clock.set(0)
        identity.bus.ahead_ms = 0
        register.admin = register.sign_in(register.username)


def test_two_imports_of_the_same_people(register, branch):
    """Both previews say new; the second commit changes nothing."""
    rows = [person() for _ in range(5)]
    first, second = (register.upload(csv(rows), organization_id=branch.id) for _ in range(2))
    assert counts(first) == counts(second) == (5, 0, 0, 0)
    assert commit(register, first).code == 0
    assert commit(register, second).code == number("import.stale")
    assert len(members(register, branch)) == 5


# --- whose import

def test_scope(register):
    ours, theirs = register.chain(community="甲社区", branch="第一党支部"), register.chain("乙社区", "第一党支部")
    secretary = register.account("community_secretary", ours["community_committee"].id)
    other = register.account("community_secretary", theirs["community_committee"].id)
    titles = TITLES + ["所在党支部"]
    rows = [person() + ["第一党支部"], person() + [theirs["branch"].name], person() + ["乙社区/第一党支部"]]
    reply = register.upload(csv(rows, titles), caller=secretary)
    assert counts(reply) == (2, 0, 0, 1)  # within the scope the name is enough, and there is no other community
    assert cells(reply) == [(4, "E", "cell.branch_unknown")]
    assert other("Identity.GetImport", {"id": reply.body.id}).code == number("not_found")
    assert commit(register, reply, other).code == number("not_found")
    assert register.admin("Identity.GetImport", {"id": reply.body.id}).code == 0
    foreign = register.upload(csv([person()]), caller=secretary, organization_id=theirs["branch"].id)
    assert (foreign.code, foreign.field) == (number("identity.organization_unknown"), "organization_id")
    wide = register.upload(csv(rows, titles))
    assert cells(wide) == [(2, "E", "cell.branch_ambiguous"), (3, "E", "cell.branch_ambiguous")]
    assert secretary("Identity.GetImport", {"id": wide.body.id}).code == number("not_found")
    assert commit(register, wide).code == 0
    assert len(members(register, theirs["branch"])) == 1
    branch_secretary = register.account("branch_secretary", ours["branch"].id)
    for method in ("Identity.GetImport", "Identity.CommitImport"):
        assert branch_secretary(method, {"id": reply.body.id}).code == number("forbidden")
    assert register.upload(csv(rows), caller=branch_secretary).code == number("forbidden")


def test_members_stay_in_their_branch(register, branch):
    other = register.chain()["branch"]
    row = person()
    assert commit(register, register.upload(csv([row]), organization_id=branch.id)).code == 0
    moved = register.upload(csv([row]), organization_id=other.id)
    assert counts(moved) == (0, 0, 0, 1) and cells(moved)[0][2] == "cell.other_branch"
    nowhere = register.upload(csv([row]))
    assert counts(nowhere) == (0, 0, 1, 0)  # the register knows the branch
    assert cells(register.upload(csv([person()]))) == [(2, "", "field.required")]


def test_the_file_must_be_an_upload(register):
    for name in ("../secrets/column.key", "a/b", ".hidden", "a..b"):
        reply = register.admin("Identity.ImportMembers", {"file": name})
        assert (reply.code, reply.field) == (number("field.bad_pattern"), "file"), name
    assert register.admin("Identity.ImportMembers", {"file": "nothing-there"}).code == number("import.unreadable")
    reply = register.upload(csv([person()]), organization_id=register.root)
    assert reply.code == number("identity.organization_not_branch")


# --- what files look like

def test_rare_characters_survive(register, branch):
    for content in (csv([person(name="𬱖㛃")], encoding="gb18030"), csv([person(name="𬱖㛃")], encoding="utf-8-sig"),
                    sheet([person(name="𬱖㛃")])):
        reply = register.upload(content, organization_id=branch.id)
        assert counts(reply) == (1, 0, 0, 0)
        assert commit(register, reply).code == 0
    assert [member.name for member in members(register, branch).values()] == ["𬱖㛃"] * 3
    found = register.admin("Identity.ListMembers", {"name": "𬱖", "organization_id": branch.id})
    assert len(found.body.members) == 3


def test_title_rows_merged_headings_and_another_order(register, branch):
    numbers = [id_number(), id_number()]

    def fill(target):
        target["A1"] = "某街道党员花名册"
        target.merge_cells("A1:G1")
        target["A2"] = "填报单位：某某    2026 年"
        for place, title in (("A3", "序号"), ("B3", "党支部"), ("C3", "基本情况"), ("F3", "入党时间"), ("G3", "备注甲")):
            target[place] = title
        for place, title in (("C4", "身份证号"), ("D4", "姓 名"), ("E4", "党员类别")):
            target[place] = title
        target.merge_cells("C3:E3")
        for place in ("A3:A4", "B3:B4", "F3:F4", "G3:G4"):
            target.merge_cells(place)
        target["B5"] = branch.name
        target.merge_cells("B5:B6")
        for row, text in enumerate(numbers, 5):
            target.cell(row, 1, row - 4)
            target.cell(row, 3, text)
            target.cell(row, 4, "李 四" if row == 5 else "　王五 ")
            target.cell(row, 5, "正式" if row == 5 else "预备")
            target.cell(row, 6, datetime.date(2020, 7, 1))
        target["A7"] = "合计 2 人"

    reply = register.upload(xlsx(fill))
    assert counts(reply) == (2, 0, 0, 0), reply
    assert list(reply.body.ignored_columns) == ["备注甲"]
    assert commit(register, reply).code == 0
    held = members(register, branch)
    assert [(held[n].name, held[n].category, held[n].joined_on) for n in numbers] == [
        ("李四", 1, "2020-07-01"), ("王五", 2, "2020-07-01")]


@pytest.mark.parametrize("joined, code", [
    ("1999年7月1日", None), ("1999.7.1", None), ("1999/7/1", None), ("19990701", None), ("１９９９－０７－０１", None),
    (datetime.datetime(1999, 7, 1), None), (36342, None), (" 1999-07-01 ", None),
    ("1999.7", "cell.date_incomplete"), ("1999-07", "cell.date_incomplete"), ("1999", "cell.date_incomplete"),
    ("去年", "cell.date_unreadable"), ("1999-02-30", "cell.date_unreadable"), ("2099-01-01", "field.date_in_future"),
    ("1990-01-01", "identity.joined_too_young"), ("", "field.required"),
])
def test_dates(register, branch, joined, code):
    reply = register.upload(sheet([person(joined=joined)]), organization_id=branch.id)
    if code:
        assert counts(reply) == (0, 0, 0, 1) and cells(reply) == [(2, "D", code)]
    else:
        assert counts(reply) == (1, 0, 0, 0), reply
        assert commit(register, reply).code == 0
        assert [member.joined_on for member in members(register, branch).values()] == ["1999-07-01"]


@pytest.mark.parametrize("damage, code", [
    (lambda text: int(text[:17] + "0"), "cell.digits_lost"),
    (lambda text: float(text[:17] + "0"), "cell.digits_lost"),
    (lambda text: "1.10105E+17", "cell.digits_lost"),
    (lambda text: text[:6] + text[8:17], "identity.id_number_old"),
    (lambda text: text[:17] + ("1" if text[17] != "1" else "2"), "identity.id_number_check_digit"),
    (lambda text: text[:10], "identity.id_number_malformed"),
    (lambda text: "", "field.required"),
])
def test_damaged_id_numbers(register, branch, damage, code):
    reply = register.upload(sheet([person(id_number=damage(id_number())), person()]), organization_id=branch.id)
    assert counts(reply) == (1, 0, 0, 1) and cells(reply) == [(2, "B", code)]


def test_full_width_digits_and_stray_spaces(register, branch):
    text = id_number()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in text)
    reply = register.upload(csv([person(name="　张 三 ", id_number=f" {wide}\u00a0", category="正 式 党 员")]),
                            organization_id=branch.id)
    assert counts(reply) == (1, 0, 0, 0), reply
    assert commit(register, reply).code == 0
    assert members(register, branch)[text].name == "张三"


def test_the_same_person_twice(register, branch):
    row = person()
    reply = register.upload(csv([row, person(), row]), organization_id=branch.id)
    assert counts(reply) == (2, 0, 0, 1)
    assert cells(reply) == [(4, "B", "cell.duplicate")] and "2" in reply.body.bad_cells[0].message


def test_values_that_are_unknown_or_contradict(register, branch):
    titles = TITLES + ["性别", "出生日期", "民族", "手机", "转正日期"]
    good = person(id_number="11010519491231002X", joined="1975-07-01")

    def row(**cells_):
        return (good + [cells_.get(title, "") for title in titles[4:]])

    for title, value, code in (("性别", "男", "identity.sex_mismatch"), ("性别", "甲", "cell.value_unknown"),
                               ("出生日期", "1949-12-30", "identity.birth_date_mismatch"),
                               ("民族", "火星", "identity.ethnic_group_unknown"), ("手机", "123", "identity.phone_malformed"),
                               ("转正日期", "1970-01-01", "identity.full_since_before_joined")):
        reply = register.upload(csv([row(**{title: value})], titles), organization_id=branch.id)
        column = chr(ord("A") + titles.index(title))
        assert cells(reply) == [(2, column, code)], (title, value)
        assert reply.body.bad_cells[0].column_title == title


def test_dates_against_the_register(register, branch):
    """The file alone is in order; with what the register has it is not."""
    row = person() + ["2010-01-01"]
    assert commit(register, register.upload(csv([row], TITLES + ["转正日期"]), organization_id=branch.id)).code == 0
    titles = ["姓名", "公民身份号码", "入党日期"]
    reply = register.upload(csv([[row[0], row[1], "2011-01-01"]], titles), organization_id=branch.id)
    assert cells(reply)[0][2] == "identity.full_since_before_joined"


def test_messages_are_in_the_callers_language(register, branch):
    content = csv([person(category="群众")])
    stored = register.upload(content, organization_id=branch.id)
    assert "群众" in stored.body.bad_cells[0].message and stored.body.bad_cells[0].message.isascii() is False
    chinese = register.admin("Identity.GetImport", {"id": stored.body.id}, language="zh-CN").body.bad_cells[0].message
    english = register.admin("Identity.GetImport", {"id": stored.body.id}, language="en").body.bad_cells[0].message
    assert "没有“群众”这个选项" in chinese and "is not one of the possible values" in english
    assert english == stored.body.bad_cells[0].message


def test_the_first_hundred_bad_cells(register, branch):
    rows = [person(category="甲") if n % 2 else person(joined="") for n in range(300)]
    reply = register.upload(csv(rows), organization_id=branch.id)
    assert counts(reply) == (0, 0, 0, 300) and reply.body.state == EMPTY
    assert [cell.row for cell in reply.body.bad_cells] == list(range(2, 102))
    assert register.admin("Identity.GetImport", {"id": reply.body.id}).body.bad_cells == reply.body.bad_cells


@pytest.mark.parametrize("content, code", [
    (b"", "import.empty"),
    (csv([]), "import.empty"),
    ("甲,乙\n1,2\n".encode(), "import.no_header"),
    ("姓名,人员类别\n张三,正式\n".encode(), "import.column_missing"),
    ("姓名,公民身份号码,姓名\n张三,1,李四\n".encode(), "import.column_twice"),
    (b"\xd0\xcf\x11\xe0" + bytes(600), "import.file_type"),
    (b"PK\x03\x04" + bytes(100), "import.unreadable"),
    (b"%PDF-1.7 ...", "import.file_type"),
    ('姓名,公民身份号码\n"张三,1\n'.encode(), "import.quote_open"),
    (b"\xe5\xa7\x93\xe5\x90\x8d,\x00\x01\x02\n", "import.encoding"),
])
def test_files_that_cannot_be_read(register, branch, content, code):
    reply = register.upload(content, organization_id=branch.id)
    assert reply.code == number(code), (reply, code)


def test_ten_thousand_rows(register, identity, build):
    """Preview and commit of a large roster: counts, order, and no more memory than for a small one."""
    branch = register.chain()["branch"]
    rows = [person(name=f"党员{n}") + [f"138{n:08}", f"某路 {n} 号"] for n in range(10000)]
    titles = TITLES + ["手机", "住址"]
    register.upload(csv(rows[:10], titles), organization_id=branch.id)
    small = memory(identity)
    begun = time.monotonic()
    reply = register.upload(csv(rows, titles), organization_id=branch.id)
    previewed = time.monotonic()
    assert counts(reply) == (10000, 0, 0, 0)
    done = commit(register, reply)
    committed = time.monotonic()
    assert done.code == 0, done
    print(f"preview {previewed - begun:.2f} s, commit {committed - previewed:.2f} s, "
          f"memory {small >> 10} → {memory(identity) >> 10} MiB")
    again = register.upload(csv(rows, titles), organization_id=branch.id)
    assert counts(again) == (0, 0, 10000, 0)
    told = [event.name for _, _, event in register.events("member.registered") if event.organization_id == branch.id]
    assert told == [row[0] for row in rows]
    rows_in_log = identity.database.rows("SELECT min(position), max(position), count(*) FROM identity.event")
    assert rows_in_log == [(1, rows_in_log[0][2], rows_in_log[0][2])]
    assert not identity.database.rows("SELECT FROM identity.import_row WHERE import_id = %s", (reply.body.id,))
    if "asan" not in build:  # whose memory is never given back
        assert memory(identity) < small + (16 << 10)


@pytest.mark.parametrize("delay", [0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.4])
def test_a_crash_leaves_all_or_nothing(register, identity, delay):
    branch = register.chain()["branch"]
    reply = register.upload(csv([person() for _ in range(1500)]), organization_id=branch.id)
    caller = {"street_id": register.id, "account_id": register.admin.account,
              "grants": [{"role": "street_administrator", "organization_id": register.root, "path": "/1/"}]}
    key, answers = str(uuid.uuid4()), []

    def send():
        bus = Bus(identity.bus.directory, identity.bus.contract)
        try:
            answers.append(bus.call("Identity.CommitImport", {"id": reply.body.id}, caller=caller, key=key, seconds=2))
        except TimeoutError:
            pass
        finally:
            bus.close()

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(delay)
    identity.kill("identity")
    identity.start("identity")
    sender.join()
    state = register.admin("Identity.GetImport", {"id": reply.body.id}).body.state
    held = identity.database.rows("SELECT count(*) FROM identity.member WHERE organization_id = %s", (branch.id,))[0][0]
    assert held == (1500 if state == COMMITTED else 0)
    assert not answers or (answers[0].code == 0) == (state == COMMITTED)
    done = commit(register, reply, key=key)  # the repeat finishes it, or is told that it was done
    assert done.code == 0 and done.body.state == COMMITTED
    told = [event for _, _, event in register.events("member.registered") if event.organization_id == branch.id]
    assert len(told) == len({event.member_id for event in told}) == 1500


def memory(daemons):
    """Resident KiB of the daemon."""
    with open(f"/proc/{daemons.processes['identity'].pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def test_another_street_is_another_register(register, identity, branch):
    row = person()
    assert commit(register, register.upload(csv([row]), organization_id=branch.id)).code == 0
    other = Register(identity)
    there = other.chain()["branch"]
    reply = other.upload(csv([row]), organization_id=there.id)
    assert counts(reply) == (1, 0, 0, 0)
    assert register.admin("Identity.GetImport", {"id": reply.body.id}).code == number("not_found")
    assert commit(other, reply).code == 0
