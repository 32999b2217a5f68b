import Foundation
import Glibc

/// Takes a body while it arrives: small ones into memory, files of forms to disk.
final class BodyReader {
  private static let fieldLimit = 1 << 20
  private let limit: Int
  private let folder: String
  private var parser: MultipartParser?
  private var bytes: [UInt8] = []
  private var count = 0
  private var form = Form()
  private var field: (name: String, value: [UInt8])?
  private var file: (field: String, name: String, path: String, handle: FileHandle, bytes: Int)?
  private var fieldBytes = 0
  /// The first thing that went wrong; the rest of the body is dropped.
  private(set) var problem: BodyProblem?

  init(_ policy: BodyPolicy, contentType: String?, folder: String) {
    self.folder = folder
    if policy.takesForms, let contentType { parser = MultipartParser(contentType: contentType) }
    // What is no form is held in memory, and so is small also where forms may be large.
    limit = parser == nil ? policy.plainLimit : policy.limit
  }

  /// How many bytes came so far, dropped ones too.
  var received: Int { count }

  func feed(_ piece: [UInt8]) {
    count += piece.count
    guard problem == nil else { return }
    guard count <= limit else { return stop(.tooLarge(limit: limit)) }
    guard parser != nil else {
      bytes += piece
      return
    }
    do {
      try parser!.feed(piece) { event in try take(event) }
    } catch let problem as BodyProblem {
      stop(problem)
    } catch {
      stop(.cannotStore)
    }
  }

  /// The whole body, once all of it came.
  func finish() -> Result<Request.Body, BodyProblem> {
    if problem == nil, let parser {
      do throws(BodyProblem) { try parser.finish() } catch { stop(error) }
    }
    if let problem { return .failure(problem) }
    if parser != nil { return .success(.form(form)) }
    return .success(bytes.isEmpty ? .none : .bytes(bytes))
  }

  private func stop(_ problem: BodyProblem) {
    self.problem = problem
    bytes = []
    discard()
  }

  /// Takes away the files that came.
  func discard() {
    try? file?.handle.close()
    for path in form.files.map(\.path) + (file.map { [$0.path] } ?? []) {
      try? FileManager.default.removeItem(atPath: path)
    }
    file = nil
    form = Form()
  }

  private func take(_ event: MultipartParser.Event) throws {
    switch event {
    case .part(let name, let fileName?):
      let path = folder + "/upload-" + UUID().uuidString
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw BodyProblem.cannotStore }
      file = (name, fileName, path, handle, 0)
    case .part(let name, nil):
      field = (name, [])
    case .data(let slice):
      if file != nil {
        try file!.handle.write(contentsOf: Data(slice))
        file!.bytes += slice.count
      } else {
        fieldBytes += slice.count
        guard fieldBytes <= Self.fieldLimit else {
          throw BodyProblem.malformed("the fields of the form are longer than 1 MiB")
        }
        field?.value += slice
      }
    case .partEnd:
      if let done = file {
        try done.handle.close()
        form.files.append(
          Form.File(field: done.field, name: done.name, path: done.path, bytes: done.bytes))
        file = nil
      } else if let done = field {
        form.fields.append((done.name, String(decoding: done.value, as: UTF8.self)))
        field = nil
      }
    }
  }
}
