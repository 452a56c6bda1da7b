package import Bytes

/// A categorical cut of a restricted dataset, declared once, so that no second cut can be subtracted from a first.
package struct Dimension: Sendable, Hashable {
  /// `identifying`: others may know it of a person. `response`: what is to be learnt, hence protected.
  package enum Role: String, CaseIterable, Sendable { case identifying, response }

  package var name: String
  package var title: Text
  package var role: Role
  /// The field its codes come from (`from` in the descriptor).
  package var field: String
  /// The closed list of codes, in the order they are shown.
  package var codes: [Code]
  /// Cut points, where codes are ranges of a number or of an age.
  package var banding: Bands?
  /// Only so many leading characters of the value are the code (a province out of a county code).
  package var prefix: Int?
  /// Years, quarters or months, where codes are periods of a date.
  package var periods: Periods?
  /// Code list whose parents make it a tree.
  package var hierarchy: String?

  package init(
    name: String, title: Text, role: Role, field: String, codes: [Code], banding: Bands? = nil,
    prefix: Int? = nil,
    hierarchy: String? = nil, periods: Periods? = nil
  ) {
    self.name = name
    self.title = title
    self.role = role
    self.field = field
    self.codes = codes
    self.banding = banding
    self.prefix = prefix
    self.hierarchy = hierarchy
    self.periods = periods
  }

  /// The code of a cell's text, or nil where it is none of the declared ones (missing, below the first band …).
  /// Missing cells have no code: the caller does not ask for them.
  package func code(of cell: String) -> String? {
    if let periods { return periods.code(of: cell) }
    if let banding { return banding.index(of: cell).map { codes[$0].code } }
    let code = prefix.map { String(cell.prefix($0)) } ?? cell
    return codes.contains { sameBytes($0.code, code) } ? code : nil
  }
}
