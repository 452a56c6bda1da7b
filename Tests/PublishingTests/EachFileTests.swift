import Bytes
import Support
import Testing

@testable import Publishing

/// Every file that a portal keeps beside its catalogue, one by one.
@Suite struct `A file of the state that` {
  /// How a file is spoilt.
  enum Harm: String, CaseIterable, Sendable {
    case lost, changed

    func happen(to path: String) throws -> Bool {
      if self == .lost || Files.isSymlink(path) {
        try Files.remove(path)
        return true
      }
      var bytes = try Files.read(path)
      guard !bytes.isEmpty else { return false }
      bytes[bytes.count / 2] ^= 1
      let mode = try Files.mode(path)
      try Files.write(bytes, to: path, mode: mode)
      return true
    }
  }

  /// With a restricted set, one that is open, and one that was taken out for good; another run is due.
  private func portal() throws -> SmallPortal {
    let small = try SmallPortal()
    try small.addMembers()
    _ = try small.publish()
    _ = try small.withdraw("bike-counts")
    _ = try small.publish()
    return small
  }

  /// What is open: the files below `site/data`, and what is kept out of them.
  private func open(_ small: SmallPortal) throws -> [String] {
    try Subprocess.run(
      "find", ["-L", small.portal.outside + "/current/site/data", "-printf", "%P %s\n"]
    ).text.split(separator: "\n").map(String.init).sorted()
  }

  @Test(arguments: Harm.allCases)
  func `is harmed opens nothing, and is told with what to do about it or made again`(_ harm: Harm) throws {
    let small = try portal()
    let (state, kept) = (small.portal.folder + "/.doorsill", small.folder.path + "/kept")
    func copy(_ from: String, _ to: String) throws {
      #expect(try Subprocess.run("cp", ["-a", from, to]).status == 0)
    }
    try copy(state, kept)
    let before = try open(small)
    let found = try Subprocess.run(
      "find",
      [
        kept, "-not", "-path", "*/site/*", "-not", "-path", "*/parts/*", "(", "-type", "f", "-o", "-type",
        "l", ")",
        "-printf", "%P\n",
      ])
    let files = found.text.split(separator: "\n").map(String.init).sorted()
    #expect(files.count > 20, "\(files)")
    for file in files {
      try Files.remove(state)
      try copy(kept, state)
      guard try harm.happen(to: "\(state)/\(file)") else { continue }
      do {
        _ = try small.publish()
        #expect(try open(small) == before, "\(file)")
      } catch let fault as any Fault {
        #expect(fault.hint(in: "en")?.isEmpty == false, "\(file): \(fault.message(in: "en"))")
      }
    }
  }
}
