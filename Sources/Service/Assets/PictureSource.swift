import Foundation
import HTTP
import Work

/// A picture as clients give one: a file of a form, an address, or base64. Looked at by its header alone.
enum PictureSource {
  static let byteLimit = 10_000_000
  private static let sideLimit = 16_384
  private static let pixelLimit = 100_000_000
  /// Of a JSON body that holds so many pictures in base64, which is a third longer than they are.
  static func textLimit(_ count: Int) -> Int { count * inlineLimit + 1 << 20 }

  /// Bytes of one in base64, with what stands before it.
  static let inlineLimit = byteLimit * 4 / 3 + 256

  /// Fewer pixels a side tell nothing of a shape.
  static let leastSide = 256

  struct Picture: Sendable {
    let blob, format: String
    let bytes, width, height: Int

    /// Makes the row that keeps it.
    func record(_ database: Connection) throws {
      try BlobStore.record(blob, bytes: bytes, database)
    }
  }

  /// Takes in a file that was received. Throws where it is no picture, or none that is taken.
  static func take(
    file path: String, leastSide: Int = leastSide, field: String? = nil, _ core: ServiceCore
  ) async throws -> Picture {
    guard fileBytes(path) ?? 0 <= byteLimit else {
      throw ServiceProblem(
        .fileTooLarge, "the picture is larger than \(byteLimit) bytes", field: field)
    }
    guard let format = Sniffed.picture(path),
      let bytes = FileManager.default.contents(atPath: path),
      let (width, height) = PictureHeader.size([UInt8](bytes))
    else {
      throw ServiceProblem(.invalidFormat, "the picture is none of PNG, JPEG, WebP", field: field)
    }
    guard max(width, height) <= sideLimit, width * height <= pixelLimit else {
      throw ServiceProblem(
        .invalidFormat,
        "\(width) x \(height) pixels are over the limit of \(sideLimit) a side and \(pixelLimit) in all",
        field: field)
    }
    guard min(width, height) >= leastSide else {
      throw ServiceProblem(
        .invalidFormat,
        "\(width) x \(height) pixels are too few; a picture has at least \(leastSide) a side",
        field: field)
    }
    let (blob, size) = try await core.blobs.adopt(path)
    return Picture(blob: blob, format: format, bytes: size, width: width, height: height)
  }

  /// Takes what a text names: `https:` is fetched, `data:` and plain base64 hold the picture themselves.
  static func take(
    text: String, field: String, leastSide: Int = leastSide, _ core: ServiceCore
  ) async throws -> Picture {
    let path = core.scratch + "/picture-" + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: path) }
    if let inline = try inline(text, field) {
      do { try inline.write(to: URL(fileURLWithPath: path)) } catch {
        throw ServiceProblem(.storage, "the picture cannot be stored")
      }
    } else {
      try await Download.take(text, to: path, limit: byteLimit, field: field, core)
    }
    return try await take(file: path, leastSide: leastSide, field: field, core)
  }

  /// Nil for an address.
  private static func inline(_ text: String, _ field: String) throws -> Data? {
    var digits = text[...]
    if text.hasPrefix("data:") {
      guard let comma = text.firstIndex(of: ","), text[..<comma].hasSuffix(";base64") else {
        throw ServiceProblem(
          .invalid("request"), "\(field) is a data: URI that is not base64", field: field)
      }
      digits = text[text.index(after: comma)...]
    } else if text.prefix(12).contains("://") {
      return nil
    }
    guard digits.utf8.count <= byteLimit * 4 / 3 + 64 else {
      throw ServiceProblem(
        .fileTooLarge, "the picture is larger than \(byteLimit) bytes", field: field)
    }
    guard let data = Data(base64Encoded: String(digits), options: .ignoreUnknownCharacters),
      !data.isEmpty
    else {
      throw ServiceProblem(
        .invalid("request"), "\(field) is neither an https address nor base64", field: field)
    }
    return data
  }
}

/// What is at an address, fetched through the one gate.
enum Download {
  static func take(
    _ url: String, to path: String, limit: Int, field: String? = nil, _ core: ServiceCore
  ) async throws {
    do { try await core.client.download(url, to: path, limit: limit) } catch let failure
      as Client.Failure
    {
      let (kind, message) = words(failure)
      throw ServiceProblem(kind, message, field: field)
    }
  }

  private static func words(_ failure: Client.Failure) -> (ServiceProblem.Kind, String) {
    switch failure {
    case .badURL(let why): (.ingestFailed, "the URL is not fetched: \(why)")
    case .blocked:
      (.ingestFailed, "the URL leads to an address that is not fetched from")
    case .tooLarge(let limit): (.fileTooLarge, "the file is larger than \(limit) bytes")
    case .timedOut: (.ingestTimeout, "the download took longer than two minutes")
    case .status(let status):
      (.ingestFailed, "the server of the URL answered with status \(status)")
    case .failed(let why): (.ingestFailed, "the download failed: \(why)")
    case .local: (.storage, "the download cannot be stored")
    }
  }
}
