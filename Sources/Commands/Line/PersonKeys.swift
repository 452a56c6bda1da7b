import Bytes
import Glibc
import Trust

/// The private keys of people. They live in the home of the person, never in a portal folder:
/// `$DOORSILL_HOME/people/ID.pem`, by default below `~/.config/doorsill`, mode 0600, under a passphrase.
enum PersonKeys {
  /// What is a person's own, and no part of any portal.
  static func home() throws -> String {
    if let home = getenv("DOORSILL_HOME").map({ String(cString: $0) }), !home.isEmpty { return home }
    guard let home = getenv("HOME").map({ String(cString: $0) }), !home.isEmpty else {
      throw UsageFault(Phrase("未设 HOME 或 DOORSILL_HOME", "neither HOME nor DOORSILL_HOME is set"))
    }
    return home + "/.config/doorsill"
  }

  static func folder() throws -> String { try home() + "/people" }

  static func path(_ id: String) throws -> String { "\(try folder())/\(id).pem" }

  static func load(_ id: String, invocation: Invocation) throws -> SigningKey {
    let path = try path(id)
    guard Files.exists(path) else {
      throw UsageFault(
        Phrase("这里没有“\(id)”的私钥：\(path)", "there is no key of '\(id)' here: \(path)"),
        hint: Phrase(
          "私钥若在别处，请用环境变量 DOORSILL_HOME 指明其个人文件夹；尚无私钥的，由本人运行 doorsill person add \(id)",
          "where it lies in another home, name that with DOORSILL_HOME; who has none makes one with 'doorsill person add \(id)'"
        ))
    }
    let pem = try Files.read(path, limit: 1 << 16)
    let passphrase = try passphrase(for: id, invocation: invocation, confirm: false)
    do {
      return try SigningKey(pem: pem, passphrase: passphrase)
    } catch {
      throw UsageFault(
        Phrase("口令不能打开 \(path)", "the passphrase does not open \(path)"),
        hint: Phrase("检查口令或 --passphrase-file", "check the passphrase, or the file of --passphrase-file"))
    }
  }

  /// The passphrase from `--passphrase-file`, or asked on the terminal without echo.
  static func passphrase(for id: String, invocation: Invocation, confirm: Bool) throws -> String {
    if let file = invocation.value("--passphrase-file") {
      let bytes = try Files.read(file, limit: 4096, from: .named)
      let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
      guard line.count >= 8, let text = String(validating: line, as: UTF8.self) else {
        throw UsageFault(
          Phrase(
            "\(file) 的第一行须为至少 8 个字符的口令",
            "the first line of \(file) must be a passphrase of 8 characters or more"))
      }
      return text
    }
    guard isatty(0) == 1 else {
      throw UsageFault(
        Phrase("没有终端可以询问“\(id)”的口令", "there is no terminal to ask for the passphrase of '\(id)'"),
        hint: Phrase("用 --passphrase-file 指定", "give it with --passphrase-file"))
    }
    let first = ask(Phrase("\(id) 的口令：", "passphrase of \(id): "), invocation.terminal)
    guard first.utf8.count >= 8 else {
      throw UsageFault(Phrase("口令至少 8 个字符", "a passphrase has 8 characters or more"))
    }
    if confirm {
      guard ask(Phrase("再输入一次：", "once more: "), invocation.terminal) == first else {
        throw UsageFault(Phrase("两次输入不同", "the two differ"))
      }
    }
    return first
  }

  private static func ask(_ question: Phrase, _ terminal: Terminal) -> String {
    terminal.note(question.said)
    var settings = termios()
    tcgetattr(0, &settings)
    let before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(0, TCSAFLUSH, &settings)
    defer {
      var before = before
      tcsetattr(0, TCSAFLUSH, &before)
    }
    return readLine(strippingNewline: true) ?? ""
  }
}
