import Bytes
package import Policies
package import Trust

/// Approvals of changes: compact JWS (RFC 7515, alg Ed25519) over canonical JSON, one a file, kept beside what they are
/// about: `Catalog/<dataset>/approvals/*.jws`, `Policies/approvals/*.jws`.
package enum Approvals {
  /// The header member `typ`, so that nothing else a person signs can pass for an approval.
  package static let type = "doorsill-approval"
  /// What `dataset` says where the approval is about the policies.
  package static let policy = "policy"
  /// The folder beside a descriptor, or in `Policies`.
  package static let folderName = "approvals"

  /// Bytes of an approval's file.
  private static let sizeLimit = 64 << 10

  /// Signs a statement with the approver's key. Throws `.format` where the statement has no canonical form.
  package static func sign(_ statement: ApprovalStatement, with key: SigningKey) throws(ApprovalError)
    -> String
  {
    let payload: [UInt8]
    do { payload = try statement.json.canonical() } catch {
      throw ApprovalError(.format, file: "", "the approval has no canonical form: \(error.message)")
    }
    let compact = JWS.sign(payload, with: key, header: [JSON.Member("typ", .string(type))])
    // What is signed must be read again.
    guard compact.utf8.count < sizeLimit else {
      throw ApprovalError(
        .format, file: "",
        "the approval has \(compact.utf8.count) bytes, at most \(sizeLimit) are read: give a shorter reason")
    }
    return compact
  }

  /// Signs a statement and writes it into `folder` (made where missing) as a new file, named after time and approver.
  /// Returns its path.
  package static func write(
    _ statement: ApprovalStatement, with key: SigningKey, into folder: String
  ) throws(ApprovalError) -> String {
    let compact = try sign(statement, with: key)
    let time = String(statement.time.rfc3339.filter { $0 != ":" && $0 != "-" })
    var path = Files.join(folder, "\(time)-\(statement.approver).jws")
    var number = 1
    while Files.exists(path) {
      number += 1
      path = Files.join(folder, "\(time)-\(statement.approver)-\(number).jws")
    }
    do {
      try Files.makeDirectory(folder)
      try Files.write(Array((compact + "\n").utf8), to: path)
    } catch { throw ApprovalError(.unreadable, file: path, error.message) }
    return path
  }

  /// Checks one approval: the kind of JWS, the signature against the people's keys, that the signer is who it names,
  /// and that it is about `subject`. The roles are the signer's in `people`.
  package static func check(
    _ compact: String, file: String, about subject: String, people: [Person]
  ) throws(ApprovalError) -> CheckedApproval {
    let (header, payload, key): (JSON, [UInt8], VerifyingKey)
    do { (header, payload, key) = try JWS.verify(compact, keys: people.compactMap(\.key)) } catch {
      throw ApprovalError(error.code == .signature ? .signature : .format, file: file, error.message)
    }
    guard header["typ"]?.string == type else {
      throw ApprovalError(.format, file: file, "this is signed, but is no approval")
    }
    guard let json = try? JSON(parsing: payload), let statement = ApprovalStatement(json: json) else {
      throw ApprovalError(.format, file: file, "the approval does not have the members it must have")
    }
    guard let person = people.first(where: { $0.key == key }), person.id == statement.approver else {
      throw ApprovalError(
        .wrongPerson, file: file, "it names \(statement.approver), whose key did not sign it")
    }
    guard sameBytes(statement.dataset, subject) else {
      throw ApprovalError(.misplaced, file: file, "it is about \"\(statement.dataset)\", not \"\(subject)\"")
    }
    return CheckedApproval(
      dataset: statement.dataset, from: statement.from, to: statement.to,
      evidenceHash: statement.evidenceHash,
      policyHash: statement.policyHash, reason: statement.reason, approver: person.id,
      approverRoles: person.roles, proposer: statement.proposer, time: statement.time.rfc3339)
  }

  /// Checks every `*.jws` of a folder of approvals about `subject`; none where there is no such folder.
  ///
  /// One that is forged, unsigned, misplaced or of an unknown person is an error that names the file, not an approval
  /// less: somebody put it there.
  package static func load(
    folder: String, about subject: String, people: [Person]
  ) throws(ApprovalError) -> [CheckedApproval] {
    guard Files.exists(folder) else { return [] }
    var checked: [CheckedApproval] = []
    do {
      for name in try Files.list(folder) where name.hasSuffix(".jws") {
        let path = Files.join(folder, name)
        guard let text = stringValidating(try Files.read(path, limit: sizeLimit)) else {
          throw ApprovalError(.format, file: path, "this is not text")
        }
        let compact = String(text.trimmingSpace)
        checked.append(try check(compact, file: path, about: subject, people: people))
      }
    } catch let error as ApprovalError {
      throw error
    } catch {
      throw ApprovalError(.unreadable, file: folder, "\(error)")
    }
    return checked
  }
}

extension String {
  /// Without white space around it.
  fileprivate var trimmingSpace: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\r\n" || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
    else {
      return ""
    }
    return self[first...last]
  }
}
