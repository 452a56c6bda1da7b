package import Bytes
package import Catalogs
import Disclosure
import Tables

/// Joins the tables of restricted datasets by their subject, inside the door: those at the ends of a derived dataset's
/// chain, however long it is.
///
/// Rows are parted by a hash of their unit in files without a name, and joined part by part, so that memory does not
/// grow with the tables. What comes out are two tables, which lie in files without a name too: the dataset's own, and one
/// of all units of all tables; nobody but guard and budget looks at the second.
package enum JoinedTables {
  /// Returns the dataset with its table and that of everybody in place.
  /// - Parameters:
  ///   - sources: the datasets whose tables it is made of and compared with, among others.
  ///   - folder: a folder inside the door, on whose disk the rows lie.
  ///   - stores: two files without a name for the two tables; nil makes them.
  /// - Throws: `ResultError` where a source has faults or rows that name no unit, where units have several rows on both
  ///   sides of a join, and where a measure would be summed over rows that are repeated.
  package static func make(
    _ dataset: Dataset, from sources: [Dataset], codeLists: [String: CodeList] = [:], in folder: String,
    into stores: (UnnamedFile, UnnamedFile)? = nil
  ) throws(ResultError) -> Dataset {
    guard let join = dataset.join, var table = dataset.resources.first else {
      throw ResultError.notJoined(dataset)
    }
    let members = JoinMembers(join, beside: dataset.besideTables)
    var parted: [PartedRows] = []
    for (place, name) in members.names.enumerated() {
      guard let source = sources.first(where: { $0.name == name }) else {
        throw ResultError.notJoined(dataset)
      }
      let fields = place < join.tables.count ? join.tables[place].fields.map(\.source) : []
      parted.append(try PartedRows.read(fields, of: source, codeLists, folder: folder))
    }
    let words = ["both", "world"].map { "\(dataset.name).\($0).csv" }
    var joiner = Joiner(dataset, join, members)
    let both: HeldFile
    var world: HeldFile?
    do {
      let names = table.schema.fields.map(\.name)
      let (first, second) = try stores ?? (UnnamedFile(in: [folder]), UnnamedFile(in: [folder]))
      both = try first.make(words[0]) { mine in
        world = try second.make(words[1]) { all in
          try mine(CSVRecord.line(names))
          try all(CSVRecord.line(names + [Join.membership]))
          for part in 0..<PartedRows.parts {
            var rows: [[UInt8]] = []
            for table in parted { rows.append(try table.bytes(part)) }
            try joiner.join(rows)
            try mine(joiner.out[0])
            try all(joiner.out[1])
            for place in joiner.out.indices { joiner.out[place].removeAll(keepingCapacity: true) }
          }
        }
      }
    } catch let error as ResultError {
      throw error
    } catch let error as any Fault {
      throw ResultError(.environment, error.message, hint: error.hint)
    } catch {
      throw ResultError(.environment, "the join of \(dataset.name) cannot be written: \(error)")
    }
    try refuseSums(dataset, join, repeated: joiner.repeated)
    table.source = TableSource(
      path: words[0], held: HeldSource(both), format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"")
    var made = dataset
    made.resources = [table]
    made.join?.world = world.map { Join.HeldTable(HeldSource($0)) }
    return made
  }

  /// A value that stands on several rows of its unit would be counted several times.
  private static func refuseSums(_ dataset: Dataset, _ join: Join, repeated: [Bool]) throws(ResultError) {
    for (table, isRepeated) in zip(join.tables, repeated) where isRepeated {
      for result in dataset.results {
        guard
          let measure = result.measures.first(where: { measure in
            measure.perUnit == .sum && table.fields.contains { $0.name == measure.field }
          })
        else { continue }
        throw ResultError(
          .declaration,
          Wording(
            "\(dataset.file): results.\(result.name): \"\(measure.field)\" stands on every row that \"\(table.dataset)\" is joined with, and its sum would count it several times",
            "\(dataset.file)：results.\(result.name)：“\(table.dataset)”的每条记录与另一侧多条记录关联，对“\(measure.field)”求和会重复计算"
          ),
          hint: Wording(
            "declare perUnit: \"last\", in \"\(table.dataset)\" too",
            "请声明 perUnit: \"last\"，在“\(table.dataset)”中也一样"))
      }
    }
  }
}
