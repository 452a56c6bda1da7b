import Bytes
import Catalogs
import Support
import Tables
import Testing

@Suite struct `A new portal` {
  @Test func `loads as it is written, and its table has no fault`() throws {
    let folder = try TemporaryFolder()
    for (path, bytes) in Starter.files() {
      try Files.makeDirectory(Files.parent(of: Files.join(folder.path, path)))
      try Files.write(bytes, to: Files.join(folder.path, path))
    }
    let policies = try PolicySet.load(folder: folder.path + "/Policies")
    let catalog = try Catalog.load(folder: folder.path + "/Catalog", policies: policies)
    #expect(catalog.datasets.map(\.name) == ["bike-counts"])
    let resource = try #require(catalog.datasets.first?.resources.first)
    let report = try TableCheck.run(resource.source, schema: resource.schema)
    #expect(report.rows == 6 && report.faults.isEmpty)
  }
}
