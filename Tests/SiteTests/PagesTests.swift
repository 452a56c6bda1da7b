import Bytes
import Foundation
import Support
import Testing

@testable import Site

@Suite struct `The pages of a release` {
  @Test func `can be written out to look at`() throws {
    guard let folder = ProcessInfo.processInfo.environment["DOORSILL_SITE_OUT"] else { return }
    try Samples.write(try Samples.site().pages(), to: folder)
  }
}
