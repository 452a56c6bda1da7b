/// A statement whose interpolations bind: `"SELECT * FROM t WHERE id = \(id)"` sends `?` and the value apart, so
/// that no value ever becomes SQL text.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
  package private(set) var text: String
  package private(set) var values: [Value]

  /// A value to bind.
  package enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
  }

  package init(stringLiteral text: String) {
    self.text = text
    values = []
  }

  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    values = stringInterpolation.values
  }

  /// SQL text made by the program, never from input.
  package init(trusted text: String, values: [Value] = []) {
    self.text = text
    self.values = values
  }

  package static func + (left: SQL, right: SQL) -> SQL {
    SQL(trusted: left.text + right.text, values: left.values + right.values)
  }

  package static func += (left: inout SQL, right: SQL) {
    left.text += right.text
    left.values += right.values
  }

  /// A name as an identifier in double quotes. A NUL would end the statement and is dropped.
  package static func identifier(_ name: String) -> String {
    var quoted = "\""
    for scalar in name.unicodeScalars where scalar.value != 0 {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var values: [Value] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 2 * interpolationCount)
      values.reserveCapacity(interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ value: Value) {
      text += "?"
      values.append(value)
    }

    package mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
    package mutating func appendInterpolation(_ value: Int) { appendInterpolation(.integer(Int64(value))) }
    package mutating func appendInterpolation(_ value: Int64) { appendInterpolation(.integer(value)) }
    package mutating func appendInterpolation(_ value: Double) { appendInterpolation(.real(value)) }
    package mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.integer(value ? 1 : 0)) }
    package mutating func appendInterpolation(_ value: [UInt8]) { appendInterpolation(.bytes(value)) }
    package mutating func appendInterpolation(_ value: String?) {
      appendInterpolation(value.map { .text($0) } ?? .null)
    }

    package mutating func appendInterpolation(_ value: Int?) {
      appendInterpolation(value.map { .integer(Int64($0)) } ?? .null)
    }

    package mutating func appendInterpolation(_ value: Int64?) {
      appendInterpolation(value.map { .integer($0) } ?? .null)
    }

    package mutating func appendInterpolation(_ value: Double?) {
      appendInterpolation(value.map { .real($0) } ?? .null)
    }

    package mutating func appendInterpolation(_ value: Bool?) {
      appendInterpolation(value.map { .integer($0 ? 1 : 0) } ?? .null)
    }

    package mutating func appendInterpolation(_ value: [UInt8]?) {
      appendInterpolation(value.map { .bytes($0) } ?? .null)
    }

    /// A quoted table or column name.
    package mutating func appendInterpolation(identifier name: String) { text += SQL.identifier(name) }

    /// Another piece of SQL with its values.
    package mutating func appendInterpolation(sql: SQL) {
      text += sql.text
      values += sql.values
    }

    /// A list in parentheses, as for IN: `WHERE code IN \(list: codes)`.
    package mutating func appendInterpolation(list: [String]) { append(list.map { .text($0) }) }

    package mutating func appendInterpolation(list: [Int]) { append(list.map { .integer(Int64($0)) }) }

    private mutating func append(_ list: [Value]) {
      text += "(" + [String](repeating: "?", count: list.count).joined(separator: ",") + ")"
      values += list
    }
  }
}
