import Foundation
import HTTP
import Settings

/// Background pictures.
enum DXGLOverlays {
  @Sendable static func upload(_ call: Call) async throws -> Outcome {
    guard case .form(let form) = call.request.body,
      let file = form.files.first(where: { $0.field == "file" }), form.files.count == 1
    else {
      throw ServiceProblem(.invalid("request"), "the form needs one file in the field \"file\"")
    }
    guard form.value("layer") ?? "background" == "background" else {
      throw ServiceProblem(.invalid("request"), "layer is background")
    }
    let picture = try await PictureSource.take(file: file.path, leastSide: 1, call.core)
    let name = form.value("name") ?? (file.name as NSString).deletingPathExtension
    let overlay = OverlayStore.Overlay(
      id: Identifier.short(), blob: picture.blob, format: picture.format, layer: "background",
      name: String(name.prefix(200)), width: picture.width, height: picture.height,
      created: Clock.now())
    let account = call.account
    return .write { database in
      try OverlayStore.add(overlay, bytes: picture.bytes, account: account, database)
      return DXGLWire.data(DXGLWire.overlay(overlay), status: 201)
    }
  }

  static func find(
    _ id: String, _ account: String, _ database: Connection
  ) throws -> OverlayStore.Overlay {
    guard let overlay = try OverlayStore.find(id, account: account, database) else {
      throw ServiceProblem(.notFound("overlay"), "there is no overlay \(id.prefix(40))")
    }
    return overlay
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let (limit, offset) = try call.page()
    let (overlays, total) = try call.core.store.read {
      try OverlayStore.list(account: call.account, limit: limit, offset: offset, $0)
    }
    return .answer(
      DXGLWire.list(overlays.map(DXGLWire.overlay), total: total, offset: offset, limit: limit))
  }

  @Sendable static func delete(_ call: Call) async throws -> Outcome {
    .write { database in
      let overlay = try find(call.parameter("id"), call.account, database)
      try OverlayStore.delete(overlay.id, database)
      return Response(status: 204)
    }
  }
}
