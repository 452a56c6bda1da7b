import Bytes
import Glibc
import Support
import Testing

@testable import Tables

@Suite struct `A table that is held` {
  private static let rows = [["1", "甲"], ["2", "乙, \"丙\""], ["3", ""]]

  private static func cells(_ source: TableSource) throws -> [[String]] {
    let reader = try TableReader(source)
    var cells = [reader.columnNames]
    while let batch = try reader.next() {
      for row in 0..<batch.rowCount { cells.append((0..<batch.columnCount).map { batch.text(row, $0) }) }
    }
    return cells
  }

  @Test(arguments: [TableFormat.csv, .tsv, .json, .ndjson, .xlsx, .sqlite])
  func `is the same in every format, whatever becomes of its file`(_ format: TableFormat) throws {
    let folder = try TemporaryFolder()
    let plain = try folder.file("t.csv")
    try Files.write(Array("id,name\n1,甲\n2,\"乙, \"\"丙\"\"\"\n3,\n".utf8), to: plain)
    let path = folder.path + "/held.\(format.fileExtension)"
    _ = try convert(TableSource(path: plain), to: format, output: .file(path))
    let before = try Self.cells(TableSource(path: path))
    let store = try UnnamedFile(in: ["/nowhere", folder.path])
    // Not the first in its file, so that what counts from the file's beginning shows.
    _ = try store.make("other") { write in try write(Array("something else".utf8)) }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let source = TableSource(path: path, held: HeldSource(try store.copy(of: file, name: path)))
    #expect(truncate(path, 0) == 0)
    for _ in 0..<2 { #expect(try Self.cells(source) == before) }
    #expect(before.count == 4)
    try Files.remove(path)
    #expect(try Self.cells(source) == before)
    #expect(try Files.list(folder.path) == ["t.csv"], "the copy has no name")
  }
}
