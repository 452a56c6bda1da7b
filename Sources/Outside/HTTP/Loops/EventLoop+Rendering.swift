extension EventLoop {
  /// Writes the head into the loop's scratch and queues the body.
  ///
  /// - Parameter identity: named in answers that were made for this request, so that who asks about one can be found in
  ///   the log.
  /// - Parameter hasBody: whether the body follows where there is one; an answer to HEAD has its head alone.
  /// - Returns: whether the body ends only by closing the connection (a stream for HTTP/1.0).
  @discardableResult
  func render(
    _ response: Response, for head: RequestHead?, identity: RequestIdentity? = nil, closes: Bool,
    hasBody: Bool = true, into connection: Connection
  ) -> Bool {
    let isHTTP10 = head?.minorVersion == 0
    var endsByClosing = false
    var chunked = false
    if case .prepared(let prepared) = response.body {
      scratch.append(contentsOf: prepared.head)
    } else {
      StatusLine.render(response.status, into: &scratch)
      response.headers.render(into: &scratch)
      identity?.render(into: &scratch)
      if response.mayHaveBody {
        if let length = response.contentLength {
          ContentLength.render(length, into: &scratch)
        } else if isHTTP10 {
          endsByClosing = true
        } else {
          chunked = true
          StatusLine.append("Transfer-Encoding: chunked\r\n", to: &scratch)
        }
      }
    }
    appendListenerFields(response, connection.listener)
    if response.crossOrigin, connection.listener.listener.crossOrigin {
      scratch.append(contentsOf: LoopListener.crossOriginFields)
      if head?.method == .options, let allow = response.headers["Allow"] {
        CrossOrigin.preflight(allow: allow).render(into: &scratch)
      }
    }
    scratch.append(contentsOf: dateField)
    if closes || endsByClosing {
      StatusLine.append("Connection: close\r\n", to: &scratch)
    } else if isHTTP10 {
      StatusLine.append("Connection: keep-alive\r\n", to: &scratch)
    }
    StatusLine.append("\r\n", to: &scratch)
    if hasBody, head?.method != .head, response.mayHaveBody { queueBody(response.body, chunked, connection) }
    return endsByClosing
  }

  /// The listener's fields, but for those the answer sets itself.
  private func appendListenerFields(_ response: Response, _ listener: LoopListener) {
    if !response.headers.fields.contains(where: { listener.listener.headers[$0.name] != nil }) {
      scratch.append(contentsOf: listener.fields)
      return
    }
    var rest: Headers = [:]
    for field in listener.listener.headers.fields where response.headers[field.name] == nil {
      rest.append(field.name, field.value)
    }
    rest.render(into: &scratch)
  }

  private func queueBody(_ body: Response.Body, _ chunked: Bool, _ connection: Connection) {
    switch body {
    case .none: break
    case .bytes(let bytes): queue(bytes, connection)
    case .prepared(let prepared):
      if let file = prepared.file { queue(file, connection) } else { queue(prepared.body, connection) }
    case .file(let slice): queue(slice, connection)
    case .pieces(let pieces):
      for piece in pieces {
        switch piece {
        case .bytes(let bytes): queue(bytes, connection)
        case .file(let slice): queue(slice, connection)
        }
      }
    case .stream(let stream):
      connection.stream = stream
      connection.streamIsChunked = chunked
    }
  }

  /// Small bodies go out with their head in one call; large ones are not copied.
  func queue(_ bytes: [UInt8], _ connection: Connection) {
    if bytes.count <= 64 * 1024 {
      scratch.append(contentsOf: bytes)
      if scratch.count > 128 * 1024 { flushScratch(connection, more: false) }
    } else {
      flushScratch(connection, more: true)
      connection.enqueue(.bytes(bytes, offset: 0))
    }
  }

  private func queue(_ slice: FileSlice, _ connection: Connection) {
    guard slice.count > 0 else { return }
    flushScratch(connection, more: true)
    connection.enqueue(.file(slice.file, offset: slice.offset, count: slice.count))
  }
}

extension Response {
  /// The status that goes on the wire.
  var statusSent: Int { if case .prepared(let prepared) = body { prepared.status } else { status } }

  /// 204 and 304 have no body and no length (RFC 9110 §8.6, §15.3.5, §15.4.5).
  var mayHaveBody: Bool { statusSent >= 200 && statusSent != 204 && statusSent != 304 }
}
