import Foundation
import Support
import Testing

@Suite struct `The query of a call` {
  @Test func `is a question or a fault with its place, whole or cut off anywhere`() throws {
    let folder = "\(Places.root)/Tests/Fuzz/Seeds/Queries"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count >= 5)
    for name in names {
      let seed = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
      for end in 0...seed.count {
        #expect(HostileQueries.complaint(Array(seed.prefix(end))) == nil, "\(name) to \(end)")
      }
    }
  }
}
