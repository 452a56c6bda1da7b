import Support

/// A company with a certificate, a key and a grant on `patients/costs`.
struct Company: Sendable {
  let id: String
  /// The folder with client.pem, client.key and ca.pem.
  let folder: String
  let key: String
  let keyID: String
  let grant: String
  let serial: String

  /// Registers a company by the verbs an administrator uses.
  static func register(
    _ id: String, at portal: ScratchPortal, callsPerDay: Int = 1000, until: String = "2099-12-31"
  )
    throws -> Company
  {
    let folder = portal.folder.path + "/companies/\(id)"
    try portal.signed(
      by: "wang-wei", "client", "add", id, "--name", "Company \(id)", "--contact", "a@example.com"
    )
    .wanted(0, "client add")
    let issued = try portal.run("ca", "issue", "--client", id, "--out", folder).wanted(0, "ca issue")
    let grant = try portal.signed(
      by: "wang-wei", "grant", "add", "--client", id, "--dataset", "patients", "--result", "costs",
      "--purpose",
      "research", "--until", until, "--calls-per-day", String(callsPerDay)
    ).wanted(0, "grant add").text.filter(\.isNumber)
    try portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
    let made = try portal.signed(by: "wang-wei", "key", "create", "--client", id).wanted(0, "key create")
    return Company(
      id: id, folder: folder, key: made.text.filter { !$0.isWhitespace },
      keyID: word("key ", in: made.errorText),
      grant: grant, serial: word("certificate ", in: issued.errorText))
  }

  /// The word behind another one.
  private static func word(_ before: String, in text: String) -> String {
    guard let range = text.firstRange(of: before) else { return "" }
    return String(text[range.upperBound...].prefix { $0.isHexDigit || $0 == "_" || $0 == "k" })
  }

  /// What curl needs to speak as this company.
  var identity: [String] { ["--cert", folder + "/client.pem", "--key", folder + "/client.key"] }
  var authorization: [String] { ["-H", "Authorization: Bearer \(key)"] }
}
