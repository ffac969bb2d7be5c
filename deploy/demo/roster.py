"""A roster as a branch would send it: an .xlsx with a title row, a heading and a row per member.

Written with zipfile alone and without the time of day, so that the same roster is the same file: an import that is
repeated after an interruption is then recognised as the one it was.
"""

import io
import zipfile
from xml.sax.saxutils import escape

TITLE = "蒲公英街道党员花名册"
HEADING = ("序号", "姓名", "性别", "民族", "公民身份号码", "出生日期", "学历", "手机号码", "家庭住址", "所在党支部", "人员类别",
           "入党时间", "转正时间")

PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def cells(number, values):
    items = (f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
             for at, value in enumerate(values) if value)
    return f'<row r="{number}">{"".join(items)}</row>'


def row(number, member, branch, day):
    """A member as of a day: who has joined less than a year ago is probationary."""
    full = member.full_since <= day
    return (str(number), member.name, member.sex, member.ethnic_group, member.id_number, member.birth_date.isoformat(),
            member.education, member.phone, member.address, branch, "正式党员" if full else "预备党员",
            member.joined_on.isoformat(), member.full_since.isoformat() if full else "")


def workbook(members, branches, day):
    """The file's bytes. branches: {key: name}."""
    rows = [cells(1, (TITLE,)), cells(2, HEADING)]
    rows += [cells(at + 2, row(at, member, branches[member.branch], day)) for at, member in enumerate(members, 1)]
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
             + "".join(rows) + '</sheetData><mergeCells count="1"><mergeCell ref="A1:M1"/></mergeCells></worksheet>')
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name, (2008, 1, 1, 0, 0, 0)), DECLARATION + content,
                             zipfile.ZIP_DEFLATED)
    return file.getvalue()
