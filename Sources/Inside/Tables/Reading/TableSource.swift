/// A table to read: where it is, and what its owner declares about it. What is not declared is found by evidence;
/// what is declared always wins.
package struct TableSource: Sendable {
  /// A file path, or `-` for standard input; where its bytes are held, only what it is called.
  package var path: String
  /// Its bytes, of a table that is read more than once and must be the same each time; nil: by its path.
  package var held: HeldSource?
  /// `nil`: by the file's name and first bytes.
  package var format: TableFormat?
  /// A character encoding by name (`gb18030`, `utf-8`); `nil`: by byte order mark and evidence.
  package var encoding: String?
  /// Between two cells; one character. `nil`: by evidence.
  package var delimiter: String?
  /// Around cells; one character, or empty for none. `nil`: by evidence.
  package var quote: String?
  /// Before a character that is data; `nil`: by evidence.
  package var escape: String?
  /// Whether the first record holds the names of the columns.
  package var hasHeader: Bool
  /// Records above the header that are titles or notes.
  package var skippedRecords: Int
  /// A sheet of a workbook or a table of a database; `nil`: the first.
  package var sheet: String?
  /// Rows of a JSON document: keys from the root (`["resources", "0", "data"]`); empty: found by shape.
  package var jsonPath: [String]

  package init(
    path: String, held: HeldSource? = nil, format: TableFormat? = nil, encoding: String? = nil,
    delimiter: String? = nil,
    quote: String? = nil, escape: String? = nil, hasHeader: Bool = true, skippedRecords: Int = 0,
    sheet: String? = nil, jsonPath: [String] = []
  ) {
    self.path = path
    self.held = held
    self.format = format
    self.encoding = encoding
    self.delimiter = delimiter
    self.quote = quote
    self.escape = escape
    self.hasHeader = hasHeader
    self.skippedRecords = skippedRecords
    self.sheet = sheet
    self.jsonPath = jsonPath
  }

  var name: String { path == "-" ? "standard input" : path }
}
