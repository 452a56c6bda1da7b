import Bytes
import Catalogs
import Tables
import Trust

/// The rows that an approver agreed to, as keyed 8-byte fingerprints: sorted, inside, under the hash of the list. What is
/// published later may add rows, and change or drop a few of these.
struct AgreedRows {
  private let marks: [UInt64]

  /// Reads every row of a dataset as it is written.
  init(of dataset: Dataset, keys: InsideKeys) throws {
    let key = HMACKey(HMACKey(keys.record).authenticate(Array("doorsill/agreed-rows/1".utf8)))
    var marks: [UInt64] = []
    for resource in dataset.resources {
      let name = Array(resource.name.utf8)
      _ = try TableCheck.run(
        resource.source, schema: resource.schema, options: TableCheck.Options(statistics: false)
      ) { batch, _ in
        for row in 0..<batch.rowCount {
          var line = name
          for column in 0..<batch.columnCount {
            line.append(0)
            batch.withCell(row, column) { line += $0 }
          }
          marks.append(line.withUnsafeBytes { key.authenticate64($0) })
        }
      }
    }
    self.marks = marks.sorted()
  }

  /// The list of that hash; nil where it is lost or is another.
  init?(_ hash: String, in portal: Portal) throws {
    let path = Self.path(hash, portal)
    guard !hash.isEmpty, Files.exists(path) else { return nil }
    let bytes = try Files.read(path)
    guard Publishing.hash(bytes) == hash, bytes.count % 8 == 0 else { return nil }
    marks = stride(from: 0, to: bytes.count, by: 8).map { place in
      bytes[place..<place + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// Keeps the list, and returns its hash.
  func save(_ portal: Portal) throws -> String {
    let bytes = marks.flatMap { mark in (0..<8).map { UInt8(truncatingIfNeeded: mark >> (56 - 8 * $0)) } }
    let hash = Publishing.hash(bytes)
    try Files.makeDirectory(portal.inside + "/agreed", mode: 0o700)
    try Files.write(bytes, to: Self.path(hash, portal), mode: 0o600)
    return hash
  }

  /// How many of these rows are not among the others.
  func missing(from others: AgreedRows) -> Int {
    var missing = 0
    var at = others.marks.startIndex
    for mark in marks {
      while at < others.marks.endIndex, others.marks[at] < mark { at += 1 }
      if at < others.marks.endIndex, others.marks[at] == mark { at += 1 } else { missing += 1 }
    }
    return missing
  }

  private static func path(_ hash: String, _ portal: Portal) -> String {
    "\(portal.inside)/agreed/\(hash.filter(\.isHexDigit))"
  }
}
