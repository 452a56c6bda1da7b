import Dispatch
import Synchronization

/// Runs work on pieces on as many threads as there are cores, and hands the results over in the order of the pieces.
struct Pipeline<Input: Sendable, Output: Sendable> {
  /// Threads at work; one means that nothing is handed to another thread.
  let threads: Int
  let work: @Sendable (Input) -> Output

  /// Threads to use where nobody says otherwise: the cores there are, at most eight.
  static var defaultThreads: Int { max(1, min(8, onlineCores())) }

  private final class Slot: Sendable {
    let output = Mutex<Output?>(nil)
    let done = DispatchSemaphore(value: 0)
  }

  /// Takes inputs until there are none, and gives each output to `consume` on the calling thread.
  func run(_ next: () throws -> Input?, _ consume: (Output) throws -> Void) throws {
    guard threads > 1 else {
      while let input = try next() { try consume(work(input)) }
      return
    }
    let queue = DispatchQueue(label: "doorsill.tables", attributes: .concurrent)
    var waiting: [Slot] = []
    var first = 0
    // Whatever happens, no thread may outlive this call.
    defer { for slot in waiting[first...] { slot.done.wait() } }
    var isOver = false
    while true {
      while !isOver, waiting.count - first < threads + 1 {
        guard let input = try next() else {
          isOver = true
          break
        }
        let slot = Slot()
        let work = work
        queue.async {
          let output = work(input)
          slot.output.withLock { $0 = output }
          slot.done.signal()
        }
        waiting.append(slot)
      }
      guard first < waiting.count else { return }
      let slot = waiting[first]
      slot.done.wait()
      first += 1
      if first > 64 {
        waiting.removeFirst(first)
        first = 0
      }
      if let output = slot.output.withLock({ $0.take() }) { try consume(output) }
    }
  }
}
