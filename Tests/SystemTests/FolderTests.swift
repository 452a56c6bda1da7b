import Bytes
import Foundation
import Glibc
import Support
import Testing

@testable import System

/// A folder in which somebody else may put links, beside one that is none of their business.
private struct Place {
  let temporary: TemporaryFolder
  let folder: Folder
  var treasure: String { temporary.path + "/treasure" }

  init() throws {
    temporary = try TemporaryFolder()
    try temporary.write("gold", to: "treasure/coin")
    folder = try Folder(making: temporary.path + "/open")
  }

  /// Puts a link to the treasure where a folder or a file is expected.
  func plant(_ name: String, to target: String? = nil) {
    _ = symlink(target ?? treasure, folder.full(name))
  }

  var isWhole: Bool {
    (try? temporary.read("treasure/coin")) == Array("gold".utf8)
      && (try? FileManager.default.contentsOfDirectory(atPath: treasure)) == ["coin"]
  }
}

@Suite struct `A folder by descriptor` {
  @Test func `makes, reads, renames and removes what lies below it`() throws {
    let place = try Place()
    let folder = place.folder
    try folder.makeFolder("a/b")
    try folder.create("a/b/one") { write in try write([1, 2]) }
    #expect(throws: FilesError.self) { try folder.create("a/b/one") { _ in } }
    try folder.replace("a/b/one", [3])
    #expect(try folder.read("a/b/one") == [3] && folder.list("a/b") == ["one"])
    #expect(try folder.link("a/b/one", "two") && folder.status("two")?.links == 2)
    try folder.rename("two", "a/three")
    try folder.replaceLink("now", target: "a")
    #expect(try folder.linkTarget("now") == "a" && folder.status("now")?.kind == .link)
    #expect(try folder.list() == ["a", "now"] && folder.list("a") == ["b", "three"])
    try folder.remove("a")
    try folder.remove("a")
    #expect(try folder.list() == ["now"] && folder.status("a/b") == nil)
    #expect(throws: FilesError.self) { try folder.read("now") }
  }

  @Test(arguments: ["swapped", "swapped/deep", "a/swapped"])
  func `follows no link, whatever it is asked to do`(_ name: String) throws {
    let place = try Place()
    let folder = place.folder
    try folder.makeFolder("a")
    try folder.create("mine") { write in try write([1]) }
    let link = name.hasSuffix("/deep") ? "swapped" : name
    place.plant(link)
    let coin = name + "/coin"
    #expect(throws: FilesError.self) { try folder.read(coin) }
    #expect(throws: FilesError.self) { try folder.list(name) }
    #expect(throws: FilesError.self) { try folder.create(name + "/new") { _ in } }
    #expect(throws: FilesError.self) { try folder.replace(coin, [0]) }
    #expect(throws: FilesError.self) { try folder.makeFolder(name + "/new") }
    #expect(throws: FilesError.self) { _ = try folder.link("mine", name + "/new") }
    #expect(throws: FilesError.self) { _ = try folder.link(coin, "stolen") }
    #expect(throws: FilesError.self) { try folder.rename("mine", coin) }
    #expect(throws: FilesError.self) { try folder.rename(coin, "stolen") }
    #expect(throws: FilesError.self) { try folder.replaceLink(name + "/new", target: "x") }
    #expect(throws: FilesError.self) { try folder.remove(coin) }
    #expect(throws: FilesError.self) { try folder.sync(name) }
    #expect(throws: FilesError.self) { try folder.folder(name) }
    #expect(place.isWhole)
    // The link itself may go, and nothing behind it.
    try folder.remove(link)
    #expect(try place.isWhole && folder.status(link) == nil && folder.read("mine") == [1])
  }

  @Test func `removes a folder with the links in it, and nothing they point at`() throws {
    let place = try Place()
    try place.folder.makeFolder("a/b")
    for name in ["a/one", "a/b/two"] { place.plant(name) }
    place.plant("a/file", to: place.treasure + "/coin")
    try place.folder.remove("a")
    #expect(try place.isWhole && place.folder.list().isEmpty)
  }

  @Test(arguments: ["../treasure/coin", "..", ".", "/etc/passwd", "a/../../treasure/coin", ""])
  func `is left by no name`(_ name: String) throws {
    let place = try Place()
    try place.folder.makeFolder("a")
    #expect(throws: FilesError.self) { try place.folder.read(name) }
    #expect(throws: FilesError.self) { try place.folder.replace(name, [0]) }
    #expect(throws: FilesError.self) { try place.folder.remove(name) }
    #expect(place.isWhole)
  }

  /// What somebody lays there to stop whoever cleans up.
  @Test func `is removed whatever the names in it are, and however deep it goes`() throws {
    let place = try Place()
    try place.folder.makeFolder("rest")
    let first = open(place.folder.full("rest"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try #require(first >= 0)
    let odd: [CChar] = [0x61, -1, -2, 0]
    #expect(mkdirat(first, odd, 0o755) == 0)
    close(openat(first, [0x62, -1, 0] as [CChar], O_WRONLY | O_CREAT, 0o644))
    #expect(symlinkat(place.treasure, first, [0x63, -1, 0] as [CChar]) == 0)
    var deepest = openat(first, odd, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for _ in 0..<25_000 {
      guard mkdirat(deepest, "d", 0o755) == 0 else { break }
      let next = openat(deepest, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      close(deepest)
      deepest = next
    }
    close(openat(deepest, "file", O_WRONLY | O_CREAT, 0o644))
    close(deepest)
    close(first)
    #expect(try place.folder.list("rest").count == 3)
    try place.folder.remove("rest")
    #expect(try place.folder.list().isEmpty && place.isWhole)
  }

  @Test func `reads no pipe and waits for none`() throws {
    let place = try Place()
    #expect(mkfifo(place.folder.full("pipe"), 0o600) == 0)
    let error = #expect(throws: FilesError.self) { try place.folder.read("pipe") }
    #expect(error?.message.contains("that is no file") == true)
  }

  @Test func `says that a link stands in the way`() throws {
    let place = try Place()
    place.plant("parts")
    let error = #expect(throws: FilesError.self) { try place.folder.list("parts") }
    #expect(error?.message.contains("a symbolic link stands in its way") == true)
  }
}
