import Access
import Bytes
import Glibc
import Ledgers
import Releases
import Serving
import Trust

/// The outside state: who may read it, what lies in it, how long it holds.
struct StateFolder {
  let path: String
  private static let group = Phrase("状态", "state")

  var findings: [Finding] {
    guard Files.isDirectory(path) else {
      return [
        Finding(
          Self.group, Phrase("文件夹", "folder"), .bad, Phrase("没有 \(path)", "\(path) is not there"),
          hint: Phrase("发布一次即会建立：doorsill publish", "publishing makes it: doorsill publish"))
      ]
    }
    return [folder, room] + release + keys + books + rows + authority
  }

  private var folder: Finding {
    let mode = (try? Files.mode(path)).map { $0 & 0o777 } ?? 0o777
    let isClosed = mode & 0o077 == 0
    let octal = String(mode, radix: 8)
    return Finding(
      Self.group, Phrase("文件夹", "folder"), isClosed ? .good : .bad,
      Phrase("\(path)（\(octal)）", "\(path) (\(octal))"),
      hint: Phrase("其中有密钥：chmod 700 \(path)", "keys lie in it: chmod 700 \(path)"))
  }

  private var room: Finding {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      return Finding(Self.group, Phrase("磁盘", "disk"), .bad, Phrase("无法查看", "cannot be seen"))
    }
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    let megabytes = free >> 20
    return Finding(
      Self.group, Phrase("磁盘", "disk"), free < 64 << 20 ? .bad : free < 1 << 30 ? .doubtful : .good,
      Phrase("可用 \(megabytes) MiB", "\(megabytes) MiB free"),
      hint: Phrase("写不下日志就不再答复：请腾出空间", "no answer leaves that the log has no room for: make room"))
  }

  private var release: [Finding] {
    let name = Phrase("当前版本", "current release")
    do throws(ReleaseError) {
      let store = try ReleaseStore(folder: path)
      let release = try store.current()
      let text =
        "\(release.number), \(release.manifest.created.rfc3339), \(try release.datasets().count)"
      var found = [
        Finding(
          Self.group, name, .good,
          Phrase("\(text) 个数据集，签名有效", "\(text) datasets, signature valid"))
      ]
      if let failure = store.failure {
        found.append(
          Finding(
            Self.group, Phrase("新版本", "newer release"), .bad,
            Phrase("不能提供服务：\(failure.message(in: "zh"))", "not served: \(failure.message)"),
            hint: failure.hint.map { Phrase(failure.hint(in: "zh") ?? $0, $0) }))
      }
      let gone = Set(try store.withdrawals().entries.map(\.dataset)).count
      if gone > 0 {
        found.append(
          Finding(
            Self.group, Phrase("已撤回", "withdrawn"), .good, Phrase("\(gone) 个数据集", "\(gone) datasets")))
      }
      return found
    } catch {
      return [
        Finding(
          Self.group, name, .bad, Phrase(error.message(in: "zh"), error.message),
          hint: error.hint.map { Phrase(error.hint(in: "zh") ?? $0, $0) })
      ]
    }
  }

  /// Files nobody else may read.
  private var keys: [Finding] {
    let folder = path + "/keys"
    let open = ((try? Files.list(folder)) ?? []).filter { name in
      !name.hasSuffix(".pub") && ((try? Files.mode("\(folder)/\(name)")) ?? 0) & 0o077 != 0
    }
    let names = open.joined(separator: ", ")
    return [
      Finding(
        Self.group, Phrase("密钥", "keys"), open.isEmpty ? .good : .bad,
        open.isEmpty
          ? Phrase("仅属主可读", "readable by their owner only")
          : Phrase("他人可读：\(names)", "readable by others: \(names)"),
        hint: Phrase("chmod 600 \(folder)/*", "chmod 600 \(folder)/*"))
    ]
  }

  /// What the server would miss at its start: keys of its own, access database, answers log.
  private var books: [Finding] {
    let name = Phrase("账簿", "books")
    guard access(path, X_OK) == 0 else {
      return [
        Finding(
          Self.group, name, .doubtful, Phrase("此用户无法查看", "cannot be seen by this user"),
          hint: Phrase("请以文件夹属主或 root 运行", "run it as the owner of the folder or as root"))
      ]
    }
    do {
      let losses = try OutsideState(folder: path).losses()
      guard losses.isEmpty else {
        return losses.map { loss in
          Finding(
            Self.group, name, .bad, Phrase(loss.message(in: "zh"), loss.message(in: "en")),
            hint: loss.hint(in: "zh").map { Phrase($0, loss.hint(in: "en") ?? $0) })
        }
      }
      let outside = try OutsideState(folder: path)
      if let release = try ReleaseStore(folder: path).served(),
        let log = try outside.readAnswers(origin: release.settings.answersLog)
      {
        try outside.compare(log, with: release)
      }
      return [Finding(Self.group, name, .good, Phrase("没有丢失", "nothing is lost"))]
    } catch let error as LedgerError {
      return [
        Finding(
          Self.group, name, .bad, Phrase(error.message(in: "zh"), error.message(in: "en")),
          hint: error.hint(in: "zh").map { Phrase($0, error.hint(in: "en") ?? $0) })
      ]
    } catch {
      return [
        Finding(
          Self.group, name, .bad, Phrase("\(error)", "\(error)"),
          hint: Phrase("请从备份恢复 .doorsill/outside", "restore .doorsill/outside from a backup"))
      ]
    }
  }

  /// Rows of the access database that nobody entered, that were changed since, or whose grant nobody signed: they serve
  /// nothing, and somebody put them there.
  var rows: [Finding] {
    let name = Phrase("访问记录", "access rows")
    guard access(path, X_OK) == 0, Files.exists(path + "/access.sqlite") else { return [] }
    do {
      let outside = try OutsideState(folder: path)
      let refused = try outside.refusals(in: try outside.accessStore())
      guard !refused.isEmpty else {
        return [
          Finding(
            Self.group, name, .good, Phrase("均有录入记录与签名", "each was entered and signed"))
        ]
      }
      return refused.map { row in
        Finding(
          Self.group, name, .bad, Phrase(row.words.zh, row.words.en),
          hint: Phrase(
            "它不起作用，但有人写了它：请查明是谁，再按正规步骤录入（grant add、grant approve）",
            "it serves nothing, and somebody wrote it: find out who, and enter it rightly (grant add, grant approve)"
          ))
      }
    } catch {
      let fault = error as? any Fault
      return [
        Finding(
          Self.group, name, .bad,
          Phrase(fault?.message(in: "zh") ?? "\(error)", fault?.message(in: "en") ?? "\(error)"),
          hint: Phrase(Wording.oneMoment.zh, Wording.oneMoment.en))
      ]
    }
  }

  private var authority: [Finding] {
    let folder = path + "/authority"
    guard Files.exists(folder + "/ca.pem") else { return [] }
    var found = [Lifetime.finding(ofCertificate: folder + "/ca.pem", Phrase("证书机构", "authority"), Self.group)]
    let name = Phrase("吊销列表", "revocation list")
    // Read as the server reads it. None of this refuses anybody: what was revoked stands in the access database.
    guard let trust = ownTrust(in: folder), let end = trust.listsEnd else {
      return found + [
        Finding(
          Self.group, name, .doubtful,
          Phrase("没有、不能读取或不是本机构签署", "missing, not to be read or signed by another"),
          hint: Phrase("签发一份：doorsill ca crl", "sign one: doorsill ca crl"))
      ]
    }
    let hint = Phrase(
      "请重新签发：doorsill ca crl（接口本身以访问数据库为准，不因列表过期拒绝客户端）",
      "sign it anew: doorsill ca crl (the gateway goes by the access database and refuses nobody for it)")
    let begins = trust.complaints(at: .now()).compactMap { complaint -> String? in
      if case .listNotBegun(_, let time) = complaint { time.rfc3339 } else { nil }
    }
    if let begin = begins.first {
      found.append(
        Finding(
          Self.group, name, .doubtful, Phrase("自 \(begin) 起才有效", "begins only \(begin)"), hint: hint))
    } else {
      found.append(
        Lifetime.finding(
          name, Self.group, until: end, warnDays: Int64(ClientTrust.daysAhead), ended: .doubtful, hint: hint))
    }
    return found
  }

  private func ownTrust(in folder: String) -> ClientTrust? {
    guard let anchors = try? Files.read(folder + "/ca.pem", limit: 1 << 20, from: .held),
      let list = try? Files.read(folder + "/crl.der", limit: 64 << 20, from: .held)
    else { return nil }
    return try? ClientTrust(anchorsPEM: anchors, crls: [list], standing: .own)
  }
}

/// The server that runs over a state, by what it wrote down when it started.
struct Service {
  let state: String
  private static let group = Phrase("服务", "server")

  var findings: [Finding] {
    guard let record = ServingRecord(runningIn: state) else {
      return [Finding(Self.group, Phrase("进程", "process"), .good, Phrase("未在运行", "none is running"))]
    }
    let places = [record.portal, record.gateway].compactMap { $0 }.joined(separator: ", ")
    var found = [
      Finding(
        Self.group, Phrase("进程", "process"), .good,
        Phrase(
          "\(record.process)，自 \(record.startedAt.rfc3339)，\(places)",
          "\(record.process), since \(record.startedAt.rfc3339), on \(places)"))
    ]
    // `WARNING: ` or `警告：`, `closed: …`, `…: holds` or `…：生效`.
    let doubts = record.confinement.filter(\.isWarning).map {
      Phrase(String($0.zh.dropFirst(3)), String($0.en.dropFirst(9)))
    }
    let closed = record.confinement.filter { $0.en.hasPrefix("closed: ") }.map { String($0.en.dropFirst(8)) }
    let holds = record.confinement.filter { $0.en.hasSuffix(": holds") }.map {
      Phrase(String($0.zh.dropLast(3)), String($0.en.dropLast(7)))
    }
    found.append(
      Finding(
        Self.group, Phrase("约束", "confinement"), doubts.isEmpty ? .good : .doubtful,
        Phrase(holds.map(\.zh).joined(separator: "、"), holds.map(\.en).joined(separator: ", "))))
    for doubt in doubts {
      found.append(Finding(Self.group, Phrase("约束", "confinement"), .doubtful, doubt))
    }
    if !closed.isEmpty {
      found.append(
        Finding(
          Self.group, Phrase("打不开", "cannot open"), .good,
          Phrase(closed.joined(separator: "、"), closed.joined(separator: ", "))))
    }
    for path in record.certificates {
      found.append(Lifetime.finding(ofCertificate: path, Phrase("证书", "certificate"), Self.group))
    }
    return found
  }
}

/// How long something still holds.
private enum Lifetime {
  static func finding(ofCertificate path: String, _ name: Phrase, _ group: Phrase) -> Finding {
    guard let certificate = try? Certificate(pem: Files.read(path, limit: 1 << 20)) else {
      return Finding(group, name, .doubtful, Phrase("不能读取 \(path)", "\(path) cannot be read"))
    }
    return finding(
      name, group, until: certificate.notAfter, warnDays: 14,
      hint: Phrase("换上新证书即生效，无需重启：\(path)", "put a new one in its place, no restart is needed: \(path)"))
  }

  static func finding(
    _ name: Phrase, _ group: Phrase, until end: Timestamp, warnDays: Int64, ended: Finding.Mark = .bad,
    hint: Phrase
  ) -> Finding {
    let days = (end.secondsSince1970 - Timestamp.now().secondsSince1970) / 86_400
    let text = end.rfc3339
    return Finding(
      group, name, end <= .now() ? ended : days < warnDays ? .doubtful : .good,
      end <= .now()
        ? Phrase("已于 \(text) 过期", "ended \(text)")
        : Phrase("有效至 \(text)（\(days) 天）", "valid until \(text) (\(days) days)"),
      hint: hint)
  }
}
