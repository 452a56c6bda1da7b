package import Bytes
package import Catalogs
import Tables

/// Checks the scores of a dataset before anything is published: each expression is compiled, and evaluated over every
/// row.
package enum ScoreCheck {
  /// What is wrong: at most one fault for each score, the first.
  /// - Parameter readsRows: whether to evaluate the rows too; not for a table that has faults of its own.
  /// - Throws: what keeps a table from being read.
  package static func faults(
    in dataset: Dataset, codeLists: [String: CodeList], readsRows: Bool
  ) throws -> [any Fault] {
    var faults: [any Fault] = []
    for result in dataset.results {
      guard let output = result.output else { continue }
      do {
        let resource = try TagPlan.resource(of: result, in: dataset)
        let expression = try ScoreExpression(output, of: result, fields: resource.schema.fields)
        if readsRows { try evaluate(expression, output, resource, codeLists) }
      } catch let error as ResultError {
        faults.append(error)
      }
    }
    return faults
  }

  private static func evaluate(
    _ expression: ScoreExpression, _ output: ScoreOutput, _ resource: Resource,
    _ codeLists: [String: CodeList]
  ) throws {
    let values = Set(output.values)
    let lists = codeLists.mapValues { list in Set(list.codes.map(\.code)) }
    _ = try TableCheck.run(
      resource.source, schema: resource.schema,
      options: TableCheck.Options(codeLists: lists, statistics: false)
    ) { batch, typed in
      let scores = try expression.values(batch, typed)
      for row in 0..<batch.rowCount where scores[row].map({ !values.contains($0) }) ?? true {
        throw TagPlan.undeclared(scores[row], of: output.values, batch, row, resource)
      }
    }
  }
}
