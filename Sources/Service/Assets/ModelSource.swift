import Foundation
import HTTP
import Work

/// A model as tools take one: a file of a form or an address, in any format that is read.
enum ModelSource {
  struct Model: Sendable {
    let blob, format: String
    let bytes: Int

    func record(_ database: Connection) throws {
      try BlobStore.record(blob, bytes: bytes, database)
    }
  }

  static func take(file path: String, field: String, _ core: ServiceCore) async throws -> Model {
    guard fileBytes(path) ?? 0 <= core.settings.uploadBytes else {
      throw ServiceProblem(
        .fileTooLarge, "the file is larger than \(core.settings.uploadBytes) bytes", field: field)
    }
    guard let format = Sniffed.anyModel(path) else {
      throw ServiceProblem(
        .invalidFormat, "the file is none of GLB, glTF, OBJ, STL, PLY, OFF, FBX, 3MF, ZIP",
        field: field)
    }
    let (blob, bytes) = try await core.blobs.adopt(path)
    return Model(blob: blob, format: format, bytes: bytes)
  }

  static func take(url: String, field: String, _ core: ServiceCore) async throws -> Model {
    let path = core.scratch + "/model-" + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await Download.take(
      url, to: path, limit: core.settings.uploadBytes, field: field, core)
    return try await take(file: path, field: field, core)
  }
}
