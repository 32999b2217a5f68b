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
    (word(kind), kind.status)
  }

  private static func word(_ kind: ServiceProblem.Kind) -> String {
    switch kind {
    case .unauthorized, .keyExpired, .keyRevoked: "unauthorized"
    case .forbidden: "forbidden"
    case .insufficientCredits: "no_credits"
    case .fileTooLarge: "file_too_large"
    case .invalidFormat: "invalid_format"
    case .notFound(let what): what + "_not_found"
    case .unknownPath: "not_found"
    case .wrongMethod: "method_not_allowed"
    case .tooMany: "too_many"
    case .invalid(let what): "invalid_" + what
    case .notReady: "not_ready"
    case .expired: "expired"
    case .rateLimited: "rate_limited"
    case .ingestFailed: "ingest_failed"
    case .ingestTimeout: "ingest_timeout"
    case .keyInUse: "idempotency_key_in_use"
    case .keyReused: "idempotency_key_reused"
    case .storage: "storage_full"
    case .busy: "unavailable"
    case .unavailable(let what): what + "_unavailable"
    case .capped(let what): what
    case .needsTopUp: "key_requires_topup"
    case .internal: "internal"
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
    let base =
      core.base(of: DXGL.dialect, prefix: DXGL.dialect) + "/v1/renders/\(job.publicID)"
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
