import CLinux
import Glibc
import Synchronization

/// What other threads say to a loop.
final class Inbox: Sendable {
  enum Message: Sendable {
    /// A worker's answer to the request the connection is waiting for.
    case answered(token: UInt64, Response)
    /// The next piece of a streamed body.
    case streamed(token: UInt64, BodyStream.Next)
    /// Close the connections whose certificates have been revoked: those that are being answered, or all of them.
    case closeRevoked(evenIdle: Bool)
    /// Close the listeners, then each connection after its current answer.
    case drain
    /// Close everything and end the thread.
    case stop
  }

  private let messages = Mutex<[Message]>([])
  /// Readable while there are messages.
  let descriptor: Int32

  init?() {
    descriptor = doorsill_eventfd(0)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  func post(_ message: Message) {
    let wasEmpty = messages.withLock { messages in
      messages.append(message)
      return messages.count == 1
    }
    // One wake-up is enough: the loop takes everything that is there.
    if wasEmpty { doorsill_eventfd_add(descriptor, 1) }
  }

  /// Everything posted since the last call.
  func take() -> [Message] {
    _ = doorsill_eventfd_take(descriptor)
    return messages.withLock { messages in
      let all = messages
      messages = []
      return all
    }
  }
}
