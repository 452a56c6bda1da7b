import Bytes
import Disclosure
import Foundation
import Results

/// A PostgreSQL, or anything that speaks to `psql` as one does, as a system for comparison: the copy's rows go into a
/// temporary table, and each table is one grouped query with the usual threshold.
enum SQLSystem {
  /// - Parameter connection: as `psql` takes it, such as `dbname=test` or a `postgresql://` address.
  static func make(_ connection: String) -> AttackedSystem {
    .elsewhere(
      ElsewhereSystem(name: "PostgreSQL") { question throws(ResultError) in
        let output = try run(connection, script(question))
        var cells: [(codes: [Int], count: Int)] = []
        for line in output.split(separator: "\n") {
          let numbers = line.split(separator: "|").compactMap { Int($0) }
          guard numbers.count == question.dimensions.count + 1, let count = numbers.last else { continue }
          cells.append((Array(numbers.dropLast()), count))
        }
        return cells
      })
  }

  /// One row for each row and cell it lies in: in a hierarchy a row also counts for the codes above its own.
  static func script(_ question: ElsewhereQuestion) -> String {
    let columns = question.dimensions.map { "d\($0)" }
    let list = columns.joined(separator: ", ")
    var script = "SET client_min_messages = warning;\n"
    script +=
      "CREATE TEMPORARY TABLE doorsill_attack (unit text\(columns.map { ", \($0) integer" }.joined()));\n"
    script += "COPY doorsill_attack FROM STDIN WITH (DELIMITER '|');\n"
    for (unit, codes) in question.rows {
      script += ([String(unit, radix: 16)] + codes.map(String.init)).joined(separator: "|") + "\n"
    }
    script += "\\.\n"
    let select = columns.isEmpty ? "count(DISTINCT unit)" : "\(list), count(DISTINCT unit)"
    script += "SELECT \(select) FROM doorsill_attack"
    if !columns.isEmpty { script += " GROUP BY \(list)" }
    return script + " HAVING count(DISTINCT unit) >= \(question.k);\n"
  }

  private static func run(_ connection: String, _ script: String) throws(ResultError) -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection, "-f", "-",
    ]
    let input = Pipe(), output = Pipe(), faults = Pipe()
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, faults)
    do { try process.run() } catch {
      throw ResultError(.environment, "psql cannot be started: \(error.localizedDescription)")
    }
    // psql answers only after it has read the rows, so writing first cannot block both sides.
    try? input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
    try? input.fileHandleForWriting.close()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = faults.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let first = String(decoding: complaint, as: UTF8.self).split(separator: "\n").first.map(String.init)
      throw ResultError(
        .environment, "psql ended with \(process.terminationStatus): \(first ?? "it says nothing")",
        hint: "install PostgreSQL's client and check the connection given to --sql")
    }
    return String(decoding: said, as: UTF8.self)
  }
}
