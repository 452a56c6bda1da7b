import Foundation
import Support
import Testing

/// The portal most tests share: published, served, with two companies. It is made once before the first test and
/// taken down after the last.
final class World: Sendable {
  let microdata: Microdata
  let portal: ScratchPortal
  /// Another, published without the restricted register, for tests that publish again and again.
  let plain: ScratchPortal
  let server: RunningDoorsill
  let acme: Company
  let globex: Company

  @TaskLocal static var shared: World?

  /// The world of the running test.
  static func here() throws -> World {
    guard let shared else {
      throw Failure("the shared portal is missing: this test belongs below 'End to end'")
    }
    return shared
  }

  init() throws {
    microdata = Self.microdata
    portal = try ScratchPortal.begin(microdata: microdata)
    try portal.publish().wanted(0, "the first publication")
    try portal.must("ca", "init", "--name", "Test authority")
    try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
    plain = try ScratchPortal.begin()
    try plain.publish().wanted(0, "publish")
    acme = try Company.register("acme", at: portal)
    globex = try Company.register("globex", at: portal)
    server = try RunningDoorsill(portal)
  }

  /// Entries of the answers log that match, waited for: the reader sees them as of the last checkpoint, which the
  /// server writes about once a second.
  func entries(atLeast count: Int = 1, _ matches: ([String: Any]) -> Bool) throws -> [[String: Any]] {
    var found: [[String: Any]] = []
    for _ in 0..<40 {
      found = try portal.entries(of: "answers").filter(matches)
      if found.count >= count { break }
      Thread.sleep(forTimeInterval: 0.25)
    }
    return found
  }

  /// Makes the world around a suite and takes it down after it, whatever happens in between.
  struct Scope: SuiteTrait, TestScoping {
    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
      let world = try World()
      defer { world.server.stop() }
      try await World.$shared.withValue(world) { try await function() }
    }
  }
}

/// Every test that speaks to the built program as people and companies do.
@Suite(World.Scope()) struct `End to end` {}
