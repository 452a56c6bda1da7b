import Foundation
import Support
import Testing

@testable import HTTP

/// The seeds of the fuzz targets, whole and cut off anywhere: a seed that found a fault once stays here.
@Suite struct `What callers send` {
  @Test(arguments: ["Requests", "Fields", "Structured"])
  func `breaks nothing, whole or cut off anywhere`(target: String) throws {
    let folder = "\(Places.root)/Tests/Fuzz/Seeds/\(target)"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count >= 4)
    for name in names {
      let seed = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
      for end in 0...seed.count {
        let bytes = Array(seed.prefix(end))
        let complaint =
          switch target {
          case "Requests": Hostile.requests(bytes)
          case "Fields": Hostile.fields(bytes)
          default: Hostile.structured(bytes)
          }
        #expect(complaint == nil, "\(name) to \(end)")
      }
    }
  }
}
