import Bytes

@testable import HTTP
@testable import Releases

/// What must hold of the query of a call whatever bytes it is, shared by the fuzz target and the test over its seeds.
enum HostileQueries {
  private static let fields = [
    RowField(name: "id", type: .integer, indexed: true), RowField(name: "name", type: .string),
    RowField(name: "income", type: .number), RowField(name: "open", type: .boolean),
    RowField(name: "since", type: .date), RowField(name: "order", type: .integer),
    RowField(name: "a.b", type: .any),
  ]

  private static let result = try? StoredResult(
    dataset: "residents", result: "income", title: "Income",
    dimensions: [
      .init(
        name: "division", title: "Division", role: "identifying",
        codes: [.init(code: "3301", label: "a", parent: nil), .init(code: "a,b", label: "b", parent: nil)]),
      .init(
        name: "sex", title: "Sex", role: "identifying",
        codes: [.init(code: "f", label: "f", parent: nil), .init(code: "m", label: "m", parent: nil)]),
    ],
    columns: [
      .init(name: "count", title: "Persons", unit: nil, sd: "2.02"),
      .init(name: "income.mean", title: "Mean", unit: "CNY", sd: nil),
    ],
    tables: [
      (
        ["division"],
        [.init(codes: ["3301"], values: ["120", nil]), .init(codes: ["a,b"], values: ["55", nil])]
      )
    ],
    protection: ["profile": "strict"], note: "Noise was added")

  /// As rows and as a result, it is a question or one fault, and a fault that names a position names one inside the
  /// parameter or just behind it. Returns what is otherwise.
  static func complaint(_ bytes: [UInt8]) -> String? {
    guard let items = FormPairs.decoded(bytes, 0..<bytes.count) else { return nil }
    do throws(QueryError) {
      let query = try RowQuery.parse(items, fields: fields)
      let again = try RowQuery.parse(items, fields: fields)
      guard String(describing: query) == String(describing: again) else { return "another query" }
    } catch {
      if let position = error.position, let name = error.parameter {
        let longest =
          items.filter { $0.name == name }.map { $0.value.utf8.count + $0.name.utf8.count }.max() ?? 0
        guard position >= 0, position <= longest + 2 else { return "position \(position) of \(longest)" }
      }
    }
    guard let result else { return "no result to ask" }
    do throws(QueryError) {
      _ = try ResultQuery.parse(items, of: result)
    } catch {
      guard error == .result || error.parameter == nil || !error.message.isEmpty else {
        return "a fault without words"
      }
    }
    return nil
  }
}
