import Glibc
import Support
import Testing

@testable import Bytes

@Suite struct `Files and folders` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `are written and read back, leaving nothing beside them`() throws {
    let path = folder.path + "/a.bin"
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    try Files.write(bytes, to: path, mode: 0o600)
    #expect(try Files.read(path) == bytes)
    #expect(try Files.mode(path) == 0o600)
    #expect(try Files.size(path) == bytes.count)
    try Files.write([1, 2, 3], to: path)
    #expect(try Files.read(path) == [1, 2, 3])
    #expect(try Files.list(folder.path) == ["a.bin"])
    try Files.write([], to: path)
    #expect(try Files.read(path).isEmpty)
  }

  @Test func `larger than the limit are refused`() throws {
    let path = try folder.write([UInt8](repeating: 7, count: 11), to: "b")
    #expect(try Files.read(path, limit: 11).count == 11)
    #expect(throws: FilesError.self) { try Files.read(path, limit: 10) }
  }

  @Test func `that are pipes or devices are refused at once, unless a person named them`() throws {
    let (pipe, link) = (folder.path + "/pipe", folder.path + "/link")
    try folder.write([7], to: "file")
    #expect(mkfifo(pipe, 0o600) == 0 && symlink(folder.path + "/file", link) == 0)
    #expect(throws: FilesError.self) { try Files.read(pipe) }
    #expect(throws: FilesError.self) { try Files.read("/dev/zero", limit: 8) }
    #expect(throws: FilesError.self) { try Files.forEachChunk(of: pipe) { _ in } }
    #expect(throws: FilesError.self) { try Files.openHeld(pipe, writing: true) }
    #expect(throws: FilesError.self) { try Files.openHeld(link, writing: false) }
    #expect(try Files.read(link) == [7])
    #expect(throws: FilesError.self) { try Files.read(link, from: .held) }
    #expect(try Files.read("/dev/null", from: .named) == [])
  }

  @Test func `without a stated size are read to their end`() throws {
    #expect(try Files.read("/proc/self/status").count > 100)
  }

  @Test func `are written in pieces, all or nothing`() throws {
    let path = folder.path + "/large"
    try Files.write([1], to: path)
    let writer = try FileWriter(path)
    var expected: [UInt8] = []
    for size in [0, 10, 300_000, 1000, 262_144, 5] {
      let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
      try writer.write(piece)
      expected += piece
    }
    #expect(try Files.read(path) == [1])
    try writer.commit()
    #expect(try Files.read(path) == expected)
    #expect(writer.count == expected.count)
    #expect(throws: FilesError.self) { try writer.write([1]) }
    #expect(throws: FilesError.self) { try writer.commit() }
    var second: FileWriter? = try FileWriter(path)
    try second?.write([2])
    #expect(try Files.list(folder.path).count == 2)
    second = nil
    #expect(try Files.list(folder.path) == ["large"])
    #expect(try Files.read(path) == expected)
  }

  @Test func `that are missing are named`() {
    #expect {
      try Files.read(folder.path + "/none")
    } throws: { error in
      guard let error = error as? FilesError else { return false }
      return error.isMissing && error.blame == .environment
        && error.message == "cannot read \(folder.path)/none: No such file or directory"
    }
    #expect(throws: FilesError.self) { try Files.read(folder.path) }
    #expect(throws: FilesError.self) { try Files.write([1], to: folder.path + "/no/such/file") }
  }

  @Test func `on a full disk keep their old content and say so`() throws {
    guard Files.exists("/dev/full") else {
      print("skipped: no /dev/full here")
      return
    }
    #expect {
      try Files.write([1, 2, 3], through: "/dev/full", path: "x")
    } throws: { error in
      guard let error = error as? FilesError else { return false }
      return error.message == "cannot write x: No space left on device"
        && error.hint?.contains("free space") == true
    }
  }

  @Test func `and folders are made, listed, linked, moved and removed`() throws {
    let deep = folder.path + "/x/y/z"
    try Files.makeDirectory(deep)
    try Files.makeDirectory(deep)
    #expect(Files.isDirectory(deep))
    try Files.write([9], to: deep + "/f")
    try Files.hardLink(from: deep + "/f", to: folder.path + "/g")
    #expect(try Files.read(folder.path + "/g") == [9])
    try Files.replaceSymlink(at: folder.path + "/current", target: "x/y")
    try Files.replaceSymlink(at: folder.path + "/current", target: "x")
    #expect(try Files.symlinkTarget(folder.path + "/current") == "x")
    #expect(Files.isSymlink(folder.path + "/current"))
    #expect(try Files.list(folder.path) == ["current", "g", "x"])
    try Files.move(from: folder.path + "/g", to: deep + "/h")
    #expect(!Files.exists(folder.path + "/g"))
    try Files.remove(folder.path + "/current")
    #expect(Files.exists(deep + "/h"))
    try Files.remove(folder.path + "/x")
    try Files.remove(folder.path + "/x")
    #expect(try Files.list(folder.path).isEmpty)
    try folder.write("text", to: "file")
    #expect(throws: FilesError.self) { try Files.makeDirectory(folder.path + "/file") }
  }

  @Test(arguments: [
    ("/a/b/c", "/a/b", "c"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/", "a", "b"), ("/", "/", ""),
  ])
  func `have parents and names`(path: String, parent: String, name: String) {
    #expect(Files.parent(of: path) == parent)
    #expect(Files.name(of: path) == name)
  }

  @Test func `paths join`() {
    #expect(Files.join("/a", "b") == "/a/b")
    #expect(Files.join("/a/", "b") == "/a/b")
    #expect(Files.join("/a", "/b") == "/b")
  }
}

@Suite struct `A file lock` {
  @Test func `is held by one at a time`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    var first: FileLock? = try FileLock(path)
    #expect(first != nil)
    #expect {
      try FileLock(path)
    } throws: { ($0 as? FilesError)?.message.contains("process") == true }
    first = nil
    #expect(throws: Never.self) { try FileLock(path) }
  }
}
