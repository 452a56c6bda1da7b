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
