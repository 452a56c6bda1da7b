import Bytes
import Support
import Testing

@testable import Serving

@Suite struct `The gateway's certificates` {
  @Test func `are not enough where the authority is lost, and what to do is said`() throws {
    let folder = try TemporaryFolder()
    var options = ServeOptions(state: folder.path, listen: "127.0.0.1:0")
    options.gatewayCertificate = folder.path + "/server.pem"
    options.gatewayKey = folder.path + "/server.key"
    let files = try CertificateFiles(options: options, authority: folder.path + "/authority")
    let error = #expect(throws: ServingError.self) { try files.gatewayContext() }
    #expect(error?.message.contains(folder.path + "/authority/ca.pem") == true)
    #expect(
      error?.hint?.contains("doorsill ca init") == true && error?.hint(in: "zh")?.contains("备份") == true)
  }
}

@Suite struct `The outside folder` {
  @Test(arguments: ["keys", "answers", "authority", "releases"])
  func `is not used where a link leads from it to elsewhere`(_ name: String) throws {
    let folder = try TemporaryFolder()
    try Files.makeDirectory(folder.path + "/elsewhere")
    try Files.makeDirectory(folder.path + "/outside")
    try Files.replaceSymlink(at: "\(folder.path)/outside/\(name)", target: folder.path + "/elsewhere")
    let error = try #require(
      #expect(throws: FilesError.self) { try OutsideState(folder: folder.path + "/outside").pepper() })
    #expect(error.message.contains("outside/\(name)") && error.message(in: "zh").contains("符号链接"))
    #expect(error.hint?.contains("mounted") == true && error.hint(in: "zh")?.contains("挂载") == true)
    #expect(try Files.list(folder.path + "/elsewhere").isEmpty)
  }
}
