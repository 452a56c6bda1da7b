import Bytes
import Glibc

/// The side of the benchmark that is ours: one work, its seconds on one line for `run.py`.
///
///   scan FILE                     the structural scan on one core: bytes in memory to an index of cells
///   check FILE SCHEMA             read, split, check types, count, on all cores
///   convert FILE FORMAT OUT [SCHEMA]
///   make ROWS OUT                 a register of made-up people, for where the generator is not
///
/// It is compiled into one module with the sources of `Tables`, which is how it reaches the scanner alone.
enum Measure {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print("usage: tables scan|check|convert|make …")
      exit(2)
    }
    switch arguments[1] {
    case "scan": try scan(arguments[2])
    case "check": try check(arguments[2], try schema(arguments[3]))
    case "convert":
      try convert(
        arguments[2], arguments[3], arguments[4], arguments.count > 5 ? try schema(arguments[5]) : nil)
    case "make": try make(rows: Int(arguments[2]) ?? 0, arguments[3])
    default: exit(2)
    }
  }

  private static func schema(_ file: String) throws -> Schema {
    try Schema(node: try Document(json5: try Files.read(file, limit: 1 << 20), file: file).root)
  }

  /// Seconds of wall clock and of processor time, and the most memory held.
  private static func tell(_ work: String, seconds: Double, bytes: Int, rows: Int) {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func time(_ value: timeval) -> Double { Double(value.tv_sec) + Double(value.tv_usec) / 1e6 }
    let processor = time(usage.ru_utime) + time(usage.ru_stime)
    print(
      "{\"work\":\"\(work)\",\"seconds\":\(seconds),\"cpu\":\(processor),\"bytes\":\(bytes),\"rows\":\(rows),\"peakKiB\":\(usage.ru_maxrss)}"
    )
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Processor time of this thread, so that what others do to the machine does not count.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func scan(_ path: String) throws {
    let records = try openRecords(TableSource(path: path), blockSize: BlockStream.defaultSize)
    var seconds = 0.0
    var bytes = 0
    var rows = 0
    while let piece = try records.nextPiece() {
      if let scanner = piece.splitter?.scanner {
        let start = threadSeconds()
        try scanner.split(piece.storage)
        seconds += threadSeconds() - start
        bytes += piece.storage.byteCount
      }
      rows += piece.storage.rowCount
    }
    tell("scan", seconds: seconds, bytes: bytes, rows: rows)
  }

  private static func check(_ path: String, _ schema: Schema) throws {
    let start = now()
    let report = try TableCheck.run(TableSource(path: path), schema: schema)
    tell("check", seconds: now() - start, bytes: report.bytes, rows: report.rows)
    guard report.isClean else {
      print(report.faults.first?.description ?? "not clean")
      exit(1)
    }
  }

  private static func convert(_ path: String, _ format: String, _ out: String, _ schema: Schema?) throws {
    let start = now()
    guard let format = TableFormat(named: format) else { exit(2) }
    let report = try TablesBench.convert(
      TableSource(path: path), schema: schema, to: format, output: .file(out))
    tell("convert", seconds: now() - start, bytes: report.bytes, rows: report.rows)
  }

  /// Columns of the kinds that registers have, in the same bytes each time.
  private static func make(rows: Int, _ path: String) throws {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func below(_ limit: UInt64) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % limit)
    }
    let file = try FileWriter(path)
    let names = ["王伟", "李娜", "张敏", "刘洋", "陈静", "杨磊", "赵军", "黄丽"]
    let towns = ["东城区", "西城区", "浦东新区", "南山区", "石河子市", "渝中区"]
    try file.write(Array("person,name,sex,born,town,income,note\n".utf8))
    var bytes: [UInt8] = []
    for row in 0..<rows {
      let month = below(12) + 1
      let day = below(28) + 1
      bytes += "SYN\(100_000_000 + row),\(names[below(8)]),\(below(2) + 1),\(1930 + below(90))-".utf8
      bytes += "\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day),\(towns[below(6)]),".utf8
      bytes += "\(below(500_000)).\(10 + below(90)),".utf8
      bytes += (below(10) == 0 ? "\"住址, \(below(1000)) 号\"\n" : "\(below(1_000_000))\n").utf8
      if bytes.count > 1 << 20 {
        try file.write(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try file.write(bytes)
    try file.commit()
  }
}

try Measure.main()
