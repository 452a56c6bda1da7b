import Bytes
import Foundation
import Glibc
import Support
import Testing

@testable import System

@Suite struct `The shut door` {
  @Test func `lets nothing be opened but what was named, no program be started, no connection be made`()
    async throws
  {
    guard hasLandlock else {
      print("skipped: this kernel has no Landlock")
      return
    }
    await #expect(processExitsWith: .success) {
      guard let folder = try? TemporaryFolder(), (try? folder.write("x", to: "root/t/ten.txt")) != nil,
        (try? folder.write("x", to: "secret.txt")) != nil,
        symlink(folder.path + "/secret.txt", folder.path + "/root/t/link-out") == 0
      else { exit(10) }
      let outcome = Confinement.apply(readable: [folder.path + "/root"], writable: [])
      // The test's own threads were there before; the calling thread is confined all the same.
      guard outcome.noNewPrivileges == .holds, outcome.notDumpable == .holds, outcome.systemCalls == .holds
      else { exit(11) }
      if case .missing = outcome.files { exit(12) }
      guard Confinement.probe(folder.path + "/root/t/ten.txt") == .opens else { exit(13) }
      guard Confinement.cannotOpen(folder.path + "/secret.txt"), Confinement.probe("/etc/passwd") == .denied,
        Confinement.cannotOpen(folder.path + "/root/t/link-out")
      else { exit(14) }
      guard open(folder.path + "/root/new", O_CREAT | O_WRONLY, 0o600) < 0 else { exit(15) }
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
      guard execv("/bin/true", &arguments) < 0, errno == EPERM || errno == EACCES else { exit(16) }
      exit(0)
    }
  }

  @Test func `lets nothing through that a server which was taken over would try`() async throws {
    guard hasLandlock else {
      print("skipped: this kernel has no Landlock")
      return
    }
    let folder = try TemporaryFolder()
    for name in ["state/mine", "state/releases/parts/x", "outer"] { try folder.write("x", to: name) }
    try Files.makeDirectory(folder.path + "/state/releases/empty")
    try Files.makeDirectory(folder.path + "/state/answers")
    setenv("DOORSILL_PROBE", folder.path, 1)
    defer { unsetenv("DOORSILL_PROBE") }
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      guard let path = getenv("DOORSILL_PROBE").map({ String(cString: $0) }) else { exit(10) }
      let state = path + "/state"
      let outcome = Confinement.apply(readable: [], writable: [state], growing: [state + "/answers"])
      guard outcome.systemCalls == .holds, outcome.capabilities == .holds else { exit(11) }
      // What serving needs still works: files replaced in their folder, a log that grows, threads.
      guard (try? Files.write([1], to: state + "/access.sqlite")) != nil,
        (try? Files.write([2], to: state + "/access.sqlite")) != nil,
        (try? Files.write([3], to: state + "/releases/.adopted")) != nil,
        (try? Files.makeDirectory(state + "/answers/tile/0")) != nil,
        (try? Files.remove(state + "/access.sqlite")) != nil
      else { exit(12) }
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread { done.signal() }
      done.wait()
      for (what, error) in Confinement.attempts(state: state, outer: path + "/outer") {
        let word = error == 0 ? "THROUGH" : "refused"
        FileHandle.standardError.write(Data("\(word)\t\(what)\t\(String(cString: strerror(error)))\n".utf8))
      }
      exit(0)
    }
    let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n").filter {
      $0.contains("\t")
    }
    #expect(lines.count > 50)
    for line in lines where !line.hasPrefix("refused") { Issue.record("\(line)") }
    for name in ["state/mine", "state/releases/parts/x", "outer"] {
      #expect(try folder.read(name) == Array("x".utf8))
    }
    #expect(try Files.list(folder.path + "/state") == ["answers", "mine", "releases"])
  }

  @Test func `is shut by nobody who could be root again`() async throws {
    guard Privileges.isRoot else {
      print("skipped: only root can give up being root")
      return
    }
    await #expect(processExitsWith: .success) {
      guard let root = Privileges.User(named: "root"), let nobody = Privileges.User(named: "nobody"),
        Privileges.drop(to: root) != nil, Privileges.User(owning: "/proc/1")?.isRoot == true,
        Privileges.drop(to: nobody) == nil, !Privileges.isRoot, getuid() != 0, getgid() != 0, setuid(0) != 0
      else { exit(10) }
      exit(0)
    }
  }

  @Test func `says what is missing rather than nothing`() {
    let outcome = Confinement.Outcome(
      noNewPrivileges: .holds, notDumpable: .holds, files: .missing(Wording("no Landlock", "没有 Landlock")),
      network: .partly(Wording("x", "x")), systemCalls: .holds, capabilities: .holds, landlockVersion: 0)
    #expect(!outcome.isConfined && outcome.lines.map(\.name.en).contains("files"))
    #expect(outcome.files.words == Wording("does not hold: no Landlock", "未生效：没有 Landlock"))
  }
}

/// Whether this kernel has Landlock, by the same question the server asks.
private var hasLandlock: Bool { Confinement.landlockVersion > 0 }
