package import Bytes

/// A query that is refused. Equal by everything, since the answers to results must be identical.
package struct QueryError: Fault, Equatable {
  /// Stable word for the problem document.
  package enum Code: String, Sendable, CaseIterable {
    /// Not in the grammar.
    case syntax
    /// A parameter or field that is not declared.
    case unknownField = "unknown-field"
    /// An operator or function that does not exist, or not for this type.
    case unknownOperator = "unknown-operator"
    /// A value that is not of the field's type.
    case value
    /// A parameter that may stand once stands twice.
    case repeated
    /// More than a named limit allows.
    case limit
    /// A cursor of another query or of other data.
    case cursor
    /// The query took longer than its deadline.
    case deadline
    /// The stored rows could not be read.
    case unavailable
    /// Anything at all that a result's query may not hold: one identical error.
    case result = "result-query"
    /// A well-formed question whose table was not published.
    case notPublished = "not-published"
  }

  package let code: Code
  package let parameter: String?
  /// 1-based, in characters of the parameter's decoded value; nil where the parameter as a whole is meant.
  package let position: Int?
  package let message: String
  package let hint: String?
  /// The same in Chinese, where a custodian meets it; the wire speaks English.
  var chinese: Words?

  struct Words: Equatable, Sendable {
    let message: String
    let hint: String?
  }

  package init(
    _ code: Code, parameter: String? = nil, position: Int? = nil, _ message: String, hint: String? = nil
  ) {
    self.code = code
    self.parameter = parameter
    self.position = position
    self.message = message
    self.hint = hint
  }

  package var blame: Blame {
    switch code {
    case .deadline, .unavailable: .environment
    default: .usage
    }
  }

  /// The one answer to every results query that is not in the grammar.
  package static let result: QueryError = {
    let grammar = "dimension=eq.code, dimension=in.(codes), format, lang, dry_run"
    var error = QueryError(
      .result, "this is no query of a result",
      hint: "select= of declared dimensions and statistics, \(grammar)")
    error.chinese = Words(
      message: "这不是对结果服务的查询", hint: "可用：select= 已公布的维度与统计量，\(grammar)")
    return error
  }()

  package func message(in language: String) -> String {
    language.hasPrefix("zh") ? chinese?.message ?? message : message
  }
  package func hint(in language: String) -> String? {
    language.hasPrefix("zh") ? chinese?.hint ?? hint : hint
  }
}
