/// Every verb, in the order of the help page.
enum Verbs {
  static let all: [Verb] =
    [
      PortalVerbs.all, DecisionVerbs.all, AuthorityVerbs.all, MandateVerbs.all, AddVerb.all, PersonVerbs.all,
      ReleaseVerbs.all,
      CarryingVerbs.all,
      ServeVerbs.all, DoctorVerbs.all,
      CertificateVerbs.all, ClientVerbs.all, GrantVerbs.all, KeyVerbs.all, ConsentVerbs.all,
      ResultVerbs.all, LedgerVerbs.all, ReceiptVerbs.all,
      TableVerbs.all, CompletionVerb.all,
    ].flatMap { $0 }

  /// The groups of the help page, by the first word of their verbs.
  static let groups: [(Phrase, [String])] = [
    (
      Phrase("目录与发布", "Catalogue and publication"),
      [
        "init", "add", "check", "classify", "propose", "approve", "authority", "mandate", "person", "import",
        "publish",
        "suspend", "withdraw", "release",
      ]
    ),
    (Phrase("服务", "Service"), ["serve", "status", "doctor", "backup", "restore"]),
    (Phrase("企业", "Companies"), ["ca", "client", "grant", "key", "consent", "application"]),
    (Phrase("结果与审计", "Results and audit"), ["result", "ledger", "receipt"]),
    (Phrase("数据表", "Tables"), ["convert"]),
    (Phrase("命令行", "The shell"), ["completions"]),
  ]
}
