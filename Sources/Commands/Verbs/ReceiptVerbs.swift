import Bytes
import Ledgers
import Trust

/// `receipt compare`: what two receipts say together.
enum ReceiptVerbs {
  static let all: [Verb] = [
    Verb(
      "receipt compare", "FILE FILE",
      Phrase(
        "离线比较同一日志的两张回执：能否证明日志有两个版本",
        "compare two receipts of one log offline: whether they prove that it has two histories"),
      options: [
        Option(
          "--keys", "FILE",
          Phrase("门户公布的公钥 /.well-known/jwks.json", "the portal's published keys, /.well-known/jwks.json")),
        Option(
          "--vkey", "VKEY",
          Phrase(
            "答复日志的验证公钥（/ledger/vkey），核验 --proof 时需要", "the log's verifier key (/ledger/vkey), for --proof")),
        Option(
          "--proof", "FILE", repeats: true,
          Phrase(
            "两个条目的证明（/v1/receipts/序号），按回执的顺序",
            "the proofs of the two entries (/v1/receipts/INDEX), in the order of the receipts")), .json,
      ],
      example: "doorsill receipt compare june.jws july.jws --keys jwks.json", run: compare)
  ]

  private static func compare(_ invocation: Invocation) throws -> ExitStatus {
    let files = try invocation.operands(2, 2)
    let set = try JSON(
      parsing: try Files.read(try invocation.required("--keys"), limit: 1 << 20, from: .named))
    let keys = try (set["keys"]?.array ?? [set]).map { try VerifyingKey(jwk: $0) }
    let gaps = try LogGap.all(in: set, keys: keys)
    let proofs = invocation.all("--proof")
    guard proofs.isEmpty || proofs.count == 2 else {
      throw UsageFault(
        Phrase("--proof 须给出两次，每张回执一个", "give --proof twice, one for each receipt"))
    }
    var sides: [ReceiptComparison.Side] = []
    for (place, file) in files.enumerated() {
      let text = String(decoding: try Files.read(file, limit: 1 << 20, from: .named), as: UTF8.self).filter {
        !$0.isWhitespace
      }
      let claims = try Receipt.verify(text, keys: keys)
      sides.append(
        ReceiptComparison.Side(
          claims, head: proofs.isEmpty ? nil : try head(claims, proofs[place], gaps, invocation)))
    }
    let verdict = try ReceiptComparison.of(sides[0], sides[1], gaps: gaps)
    let (word, reason): (String, Wording) =
      switch verdict {
      case .consistent:
        (
          "consistent",
          Wording(
            "consistent: both entries stand in one log", "一致：两个条目在同一日志中")
        )
      case .forked(let reason):
        ("forked", Wording("FORKED: \(reason.en)", "分叉：\(reason.zh)"))
      case .undecided(let reason):
        ("undecided", Wording("not decided: \(reason.en)", "无法判定：\(reason.zh)"))
      }
    if invocation.has("--json") {
      let json: JSON = [
        "verdict": .string(word), "reason": .string(reason.said(in: Phrase.language)),
        "log": .string(sides[0].claims.ledgerOrigin),
        "indices": .array(sides.map { JSON($0.claims.ledgerIndex) }),
      ]
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
    } else {
      invocation.terminal.note(reason.said(in: Phrase.language))
    }
    return switch verdict {
    case .consistent: .done
    case .forked: .refused
    case .undecided: .environment
    }
  }

  /// The head that the proof of a receipt's entry leads to.
  private static func head(
    _ claims: Receipt.Claims, _ file: String, _ gaps: [LogGap], _ invocation: Invocation
  ) throws -> Checkpoint {
    let (name, key) = try SignedNote.parse(vkey: try invocation.required("--vkey"))
    guard let leaf = claims.ledgerLeaf.flatMap(Hex.decode) else {
      throw UsageFault(
        Phrase(
          "第 \(claims.ledgerIndex) 条的回执由旧版本签发，不含条目的哈希，无法与证明对照",
          "the receipt of entry \(claims.ledgerIndex) is of an earlier version and does not name the entry's hash: no proof can be held against it"
        ))
    }
    let text = String(decoding: try Files.read(file, limit: 1 << 20, from: .named), as: UTF8.self)
    let proof = try InclusionProof(text: text)
    // An entry that was not lost stands at its place under each later name of the log.
    if let gap = LogGap.of(log: claims.ledgerOrigin, index: claims.ledgerIndex, among: gaps) {
      let words = gap.words(index: claims.ledgerIndex)
      throw UsageFault(Phrase("没有可用的证明：\(words.zh)", "no proof can be given: \(words.en)"))
    }
    let isSame =
      LogGap.lastName(of: name, among: gaps) == LogGap.lastName(of: claims.ledgerOrigin, among: gaps)
    guard proof.index == claims.ledgerIndex, isSame else {
      throw UsageFault(
        Phrase(
          "\(file) 是 \(name) 第 \(proof.index) 条的证明，回执为 \(claims.ledgerOrigin) 第 \(claims.ledgerIndex) 条",
          "\(file) is the proof of entry \(proof.index) of \(name), the receipt is of entry \(claims.ledgerIndex) of \(claims.ledgerOrigin)"
        ))
    }
    return try proof.verify(leafHash: leaf, origin: name, key: key)
  }
}
