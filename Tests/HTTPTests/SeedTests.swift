import Foundation
import Support
import Testing

@testable import HTTP

/// The seeds of the fuzz targets, run through what the targets hold: a seed that found a fault once stays here.
@Suite struct `The seeds of the fuzz targets` {
  private func seeds(_ target: String) throws -> [[UInt8]] {
    let folder = "\(Places.root)/Tests/Fuzz/Seeds/\(target)"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
      Array(try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))
    }
  }

  @Test func `of requests get one verdict however they are cut`() throws {
    func verdict(_ bytes: [UInt8], _ pieces: Int) -> [String] {
      var reader = RequestReader(limits: Limits())
      var verdict: [String] = []
      var pending: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        pending += bytes[start..<min(bytes.count, start + pieces)]
        do throws(Refusal) {
          while true {
            let (used, isWhole) = try reader.read(
              pending.span.extracting(0..<pending.count), limits: Limits())
            pending.removeFirst(used)
            guard isWhole, let (head, body) = reader.take(limits: Limits()) else { break }
            verdict.append("\(head.method) \(head.path) \(body)")
            if pending.isEmpty { break }
          }
        } catch {
          return verdict + [error.code]
        }
      }
      return verdict + [reader.isAtStart ? "" : "more"]
    }
    let all = try seeds("Requests")
    #expect(all.count >= 10)
    for seed in all {
      let bytes = Array(seed.dropFirst())
      for pieces in [1, 7] { #expect(verdict(bytes, pieces) == verdict(bytes, max(1, bytes.count))) }
    }
  }

  @Test func `of selecting fields stay inside the file`() throws {
    for seed in try seeds("Fields") {
      let size = Int(seed[0]) << 8 | Int(seed[1])
      if case .parts(let parts) = ByteRanges(seed, 2..<seed.count, size: size, limit: 10) {
        #expect(parts.allSatisfy { !$0.isEmpty && $0.upperBound <= size })
      }
      _ = Conditions.date(seed, 2..<seed.count)
      _ = AcceptEncoding.wantsGzip(seed, [2..<seed.count])
    }
  }

  @Test func `of structured fields read the same when written`() throws {
    var read = 0
    for seed in try seeds("Structured") {
      if let list = try? StructuredFieldParser.list(seed) {
        read += 1
        #expect(
          try StructuredFieldParser.list(Array(StructuredFieldWriter.list(list)?.utf8 ?? "".utf8)) == list)
      }
      if let members = try? StructuredFieldParser.dictionary(seed) {
        read += 1
        let text = StructuredFieldWriter.dictionary(members) ?? ""
        #expect(try StructuredFieldParser.dictionary(Array(text.utf8)) == members)
      }
    }
    #expect(read >= 3)
  }
}
