package import Bytes

/// A protected result as a release stores it, in the form Disclosure gave it: declared dimensions and columns, and the
/// tables that were written. Everything in it may be known by anybody; nothing else is known here.
package final class StoredResult: Sendable {
  /// A code of a dimension.
  package struct Code: Sendable, Equatable {
    package let code: String
    package let label: Text
    package let parent: String?

    package init(code: String, label: Text, parent: String?) {
      self.code = code
      self.label = label
      self.parent = parent
    }
  }

  package struct Dimension: Sendable, Equatable {
    package let name: String
    package let title: Text
    /// `identifying` or `response`.
    package let role: String
    package let codes: [Code]

    package init(name: String, title: Text, role: String, codes: [Code]) {
      self.name = name
      self.title = title
      self.role = role
      self.codes = codes
    }
  }

  /// A statistic: `count`, `income.sum`, `income.mean`.
  package struct Column: Sendable, Equatable {
    package let name: String
    package let title: Text
    package let unit: String?
    /// Standard deviation of the noise, in plain words or as a number.
    package let sd: String?

    package init(name: String, title: Text, unit: String?, sd: String?) {
      self.name = name
      self.title = title
      self.unit = unit
      self.sd = sd
    }
  }

  /// One cell as it is given in.
  package struct Cell: Sendable, Equatable {
    package let codes: [String]
    /// Decimal texts, one a column; nil for a value that is withheld.
    package let values: [String?]

    package init(codes: [String], values: [String?]) {
      self.codes = codes
      self.values = values
    }
  }

  /// One published table, its cells laid beside each other.
  struct Table: Sendable {
    /// Places in the result's dimensions, in the table's own order.
    let dimensions: [Int]
    /// Places in the dimensions' codes: one a dimension and cell.
    var codes: [Int32] = []
    /// One a column and cell.
    var values: [String?] = []
    var count = 0
  }

  package let dataset: String
  package let result: String
  /// Answers are cells for `statistic`; `verify` and `score` have tags and no cells.
  package let kind: ResultSetting.Kind
  package let title: Text
  package let dimensions: [Dimension]
  package let columns: [Column]
  /// The protection record, public.
  package let protection: JSON
  /// What was done to the numbers, in plain words.
  package let note: Text
  /// What recognises a tuple; nil for `statistic`.
  package let tags: StoredTags?
  let tables: [Table]
  /// Place of each code, a dictionary a dimension.
  let places: [[String: Int32]]

  /// Refuses cells whose codes or columns are not the declared ones, and numbers that are none.
  package init(
    dataset: String, result: String, kind: ResultSetting.Kind = .statistic, title: Text,
    dimensions: [Dimension],
    columns: [Column], tables: [(dimensions: [String], cells: [Cell])], tags: StoredTags? = nil,
    protection: JSON,
    note: Text
  ) throws(ReleaseError) {
    let part = Layout.resultPart(dataset, result)
    func malformed(_ what: String) -> ReleaseError {
      ReleaseError(.malformed, part: part, "\(part): \(what)")
    }
    self.dataset = dataset
    self.result = result
    self.kind = kind
    self.title = title
    self.dimensions = dimensions
    self.columns = columns
    self.tags = tags
    self.protection = protection
    self.note = note
    var places: [[String: Int32]] = []
    for dimension in dimensions {
      var known: [String: Int32] = [:]
      for (place, code) in dimension.codes.enumerated() {
        guard known.updateValue(Int32(place), forKey: code.code) == nil else {
          throw malformed("code \(code.code) of \(dimension.name) stands twice")
        }
      }
      places.append(known)
    }
    var stored: [Table] = []
    for (names, cells) in tables {
      var axes: [Int] = []
      for name in names {
        guard let axis = dimensions.firstIndex(where: { $0.name == name }), !axes.contains(axis) else {
          throw malformed("a table over \(name), which is not declared or stands twice")
        }
        axes.append(axis)
      }
      var table = Table(dimensions: axes)
      for cell in cells {
        guard cell.codes.count == axes.count, cell.values.count == columns.count else {
          throw malformed("a cell with \(cell.codes.count) codes and \(cell.values.count) values")
        }
        for (axis, code) in zip(axes, cell.codes) {
          guard let place = places[axis][code] else {
            throw malformed("code \(code) is not declared for \(dimensions[axis].name)")
          }
          table.codes.append(place)
        }
        for case let value? in cell.values where !Scan.isJSONNumber(value) {
          throw malformed("“\(value)” is no number")
        }
        table.values += cell.values
        table.count += 1
      }
      stored.append(table)
    }
    self.tables = stored
    self.places = places
  }

  /// The published tables by the names of their dimensions, in order of importance.
  package var publishedTables: [[String]] {
    tables.map { table in table.dimensions.map { dimensions[$0].name } }
  }

  /// Cells of all tables.
  package var cellCount: Int { tables.reduce(0) { $0 + $1.count } }
}
