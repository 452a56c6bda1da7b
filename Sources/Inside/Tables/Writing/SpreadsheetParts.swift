import Bytes

/// The parts of a workbook beside its sheets.
enum SpreadsheetParts {
  static func parts(sheets: Int, title: String) -> [(String, String)] {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let packaged = "http://schemas.openxmlformats.org/package/2006"
    let type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    let numbers = 1...max(sheets, 1)
    let contents =
      head + "<Types xmlns=\"\(packaged)/content-types\">"
      + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
      + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
      + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"\(type).sheet.main+xml\"/>"
      + "<Override PartName=\"/xl/styles.xml\" ContentType=\"\(type).styles+xml\"/>"
      + numbers.map {
        "<Override PartName=\"/xl/worksheets/sheet\($0).xml\" ContentType=\"\(type).worksheet+xml\"/>"
      }.joined() + "</Types>"
    let root =
      head + "<Relationships xmlns=\"\(packaged)/relationships\">"
      + "<Relationship Id=\"rId1\" Type=\"\(office)/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    let workbook =
      head + "<workbook xmlns=\"\(main)\" xmlns:r=\"\(office)\"><sheets>"
      + numbers.map { number in
        let name = number == 1 ? title : "\(title) \(number)"
        return "<sheet name=\"\(Escape.xmlAttribute(name))\" sheetId=\"\(number)\" r:id=\"rId\(number)\"/>"
      }.joined() + "</sheets></workbook>"
    let links =
      head + "<Relationships xmlns=\"\(packaged)/relationships\">"
      + numbers.map {
        "<Relationship Id=\"rId\($0)\" Type=\"\(office)/worksheet\" Target=\"worksheets/sheet\($0).xml\"/>"
      }.joined()
      + "<Relationship Id=\"rId\(numbers.upperBound + 1)\" Type=\"\(office)/styles\" Target=\"styles.xml\"/></Relationships>"
    let styles =
      head + "<styleSheet xmlns=\"\(main)\"><numFmts count=\"2\">"
      + "<numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
      + "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>"
      + "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
      + "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
      + "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
      + "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFEFEFEF\"/></patternFill></fill></fills>"
      + "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
      + "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
      + "<cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
      + "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\"/>"
      + "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
      + "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>"
      + "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
    return [
      ("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", links), ("xl/styles.xml", styles),
      ("_rels/.rels", root), ("[Content_Types].xml", contents),
    ]
  }
}
