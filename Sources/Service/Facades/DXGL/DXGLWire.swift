import HTTP
import Settings

/// What DX.GL's clients read.
enum DXGLWire {
  static func data(_ value: JSONValue, status: Int = 200) -> Response {
    JSONText.response(status, ["data": value])
  }

  static func list(_ values: [JSONValue], total: Int, offset: Int, limit: Int) -> Response {
    JSONText.response(
      200,
      [
        "data": .array(values),
        "meta": [
          "total": .integer(total), "offset": .integer(offset), "limit": .integer(limit),
        ],
      ])
  }

  static func error(_ problem: ServiceProblem) -> Response {
    let (code, status) = code(problem.kind)
    return JSONText.response(
      status,
      [
        "error": [
          "code": .string(code), "message": .string(problem.message), "status": .integer(status),
        ]
      ])
  }

  static func code(_ kind: ServiceProblem.Kind) -> (code: String, status: Int) {
    switch kind {
    case .unauthorized: ("unauthorized", 401)
    case .forbidden: ("forbidden", 403)
    case .insufficientCredits: ("no_credits", 402)
    case .fileTooLarge: ("file_too_large", 400)
    case .invalidFormat: ("invalid_format", 400)
    case .notFound(let what): (what + "_not_found", 404)
    case .unknownPath: ("not_found", 404)
    case .wrongMethod: ("method_not_allowed", 405)
    case .tooMany: ("too_many", 400)
    case .invalid(let what): ("invalid_" + what, 400)
    case .notReady: ("not_ready", 409)
    case .expired: ("expired", 410)
    case .rateLimited: ("rate_limited", 429)
    case .ingestFailed: ("ingest_failed", 400)
    case .ingestTimeout: ("ingest_timeout", 408)
    case .keyInUse: ("idempotency_key_in_use", 409)
    case .keyReused: ("idempotency_key_reused", 422)
    case .storage: ("storage_full", 507)
    case .internal: ("internal", 500)
    }
  }

  /// The public name of where a job is.
  static func status(_ job: Job) -> String {
    switch job.state {
    case .succeeded, .expired: return "done"
    case .failed, .cancelled: return "error"
    case .queued, .running:
      // A job that is tried again stays where clients saw it.
      switch job.phase {
      case .waiting: return "pending"
      case .poster: return "poster-processing"
      case .posterDone: return "poster-done"
      case .main: return "video-processing"
      }
    }
  }

  /// The core's words for a public name.
  static func filter(_ status: String) -> (states: [Job.State], phases: [Job.Phase])? {
    switch status {
    case "pending": ([.queued, .running], [.waiting])
    case "poster-processing": ([.queued, .running], [.poster])
    case "poster-done": ([.queued, .running], [.posterDone])
    case "video-processing": ([.queued, .running], [.main])
    case "done": ([.succeeded, .expired], [])
    case "error": ([.failed, .cancelled], [])
    default: nil
    }
  }

  static func render(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("renderId", .string(job.publicID)), ("modelId", job.model.map { .string($0) } ?? .null),
      ("status", .string(status(job))),
    ]
    if let failure = job.failure { members.append(("errorMessage", .string(failure.message))) }
    members += [
      ("renderSettings", job.request), ("credits", .integer(job.price)),
      ("progress", .integer(job.progress)), ("is_system_preview", .bool(job.kind == "preview")),
      ("createdAt", .string(Clock.text(job.created))),
      ("completedAt", job.finished.map { .string(Clock.text($0)) } ?? .null),
      ("assets", assets(job, outputs, core)),
    ]
    return .object(members)
  }

  /// Links to what is there.
  private static func assets(
    _ job: Job, _ outputs: [Job.Output], _ core: ServiceCore
  ) -> JSONValue {
    guard job.state != .expired else { return .object([]) }
    let base = "\(core.publicURL)/v1/renders/\(job.publicID)"
    let known: [(role: String, key: String, path: String)] = [
      ("video", "video", "/video"), ("video_web", "web", "/video?quality=web"),
      ("poster", "poster", "/poster?quality=full"), ("poster_thumb", "posterThumb", "/poster"),
      ("thumb", "thumb", "/thumb"), ("bundle", "bundle", "/bundle"),
      ("dataset", "dataset", "/dataset"), ("dataset_h5", "datasetHdf5", "/dataset?format=h5"),
    ]
    return .object(
      known.compactMap { role, key, path in
        outputs.contains { $0.role == role } ? (key, .string(base + path)) : nil
      })
  }

  static func model(_ model: ModelStore.Model) -> JSONValue {
    let stats = model.stats
    return [
      "modelId": .string(model.id), "title": .string(model.title), "sku": .string(model.sku),
      "tags": .array(model.tags.map { .string($0) }), "format": .string(model.format),
      "createdAt": .string(Clock.text(model.created)),
      "stats": stats == .null
        ? .null
        : [
          "vertices": stats["vertices"] ?? .null, "triangles": stats["triangles"] ?? .null,
          "materials": stats["materials"] ?? .null, "watertight": stats["watertight"] ?? .null,
          "boundingBox": stats["boundingBox"] ?? .null,
        ],
    ]
  }

  static func overlay(_ overlay: OverlayStore.Overlay) -> JSONValue {
    [
      "overlayId": .string(overlay.id), "name": .string(overlay.name),
      "layer": .string(overlay.layer), "width": .integer(overlay.width),
      "height": .integer(overlay.height), "createdAt": .string(Clock.text(overlay.created)),
    ]
  }
}
