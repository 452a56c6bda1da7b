import Foundation
import Glibc
import Support
import Testing

@Suite struct `A TLS port` {
  @Test func `ends with whoever sends it no handshake, whole or cut off anywhere`() throws {
    signal(SIGPIPE, SIG_IGN)
    let folder = "\(Places.root)/Tests/Fuzz/Seeds/Records"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count >= 4)
    for name in names {
      let seed = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
      for end in stride(from: 0, through: seed.count, by: max(1, seed.count / 16)) {
        #expect(HostileRecords.complaint(Array(seed.prefix(end))) == nil, "\(name) to \(end)")
      }
    }
  }
}
