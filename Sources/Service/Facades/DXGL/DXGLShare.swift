import HTTP
import Settings

/// Finished renders, for anybody who has the link.
enum DXGLShare {
  private static func find(_ call: Call, _ database: Connection) throws -> Job {
    let id = call.parameter("id")
    let job = try JobStore.find(dialect: DXGL.dialect, publicID: id, account: nil, database)
    guard call.core.settings.sharing, let job, job.state == .succeeded else {
      throw ServiceProblem(.notFound("render"), "there is no shared render \(id.prefix(40))")
    }
    return job
  }

  @Sendable static func asset(_ call: Call) async throws -> Outcome {
    let roles = [
      "video": "video", "web": "video_web", "poster": "poster", "thumb": "thumb",
      "dataset": "dataset",
    ]
    let output = try call.core.store.read { database in
      let job = try find(call, database)
      guard job.model == call.parameter("model"), let role = roles[call.parameter("asset")] else {
        throw ServiceProblem(.notFound("render"), "there is no such file")
      }
      return try DXGLRenders.output(role, job, accept: call.accept, database)
    }
    return .answer(
      try await call.core.answer(output, isPublic: true, to: call).with("Vary", "Accept"))
  }

  @Sendable static func page(_ call: Call) async throws -> Outcome {
    let (job, model) = try call.core.store.read { database in
      let job = try find(call, database)
      let model = try job.model.flatMap { id in
        try ModelStore.find(id, account: job.account, database)
      }
      return (job, model)
    }
    let title = MarkupText.escaped(model?.title.isEmpty == false ? model!.title : "A render")
    // For others, which want whole addresses, and for this page, which may be served under another.
    let place = "/api/v/\(job.model ?? "")/\(job.publicID)"
    let shared = call.core.base(of: DXGL.dialect, prefix: DXGL.dialect) + place
    let files = "../.." + place
    let shown =
      job.kind == "render_dataset"
      ? "<img src=\"\(files)/poster\" alt=\"\(title)\"><p><a href=\"\(files)/dataset\">Dataset</a></p>"
      : "<video src=\"\(files)/web\" poster=\"\(files)/poster\" autoplay loop muted playsinline controls></video>"
    let html = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <meta name="robots" content="noindex">
      <title>\(title)</title>
      <meta property="og:title" content="\(title)">
      <meta property="og:image" content="\(shared)/poster">
      \(job.kind == "render_dataset" ? "" : "<meta property=\"og:video\" content=\"\(shared)/web\">")
      <style>body{margin:0;background:#111;color:#eee;font:16px sans-serif;text-align:center}
      video,img{max-width:100%;max-height:90vh}a{color:#9cf}</style></head>
      <body><main>\(shown)<h1>\(title)</h1></main></body></html>
      """
    let policy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
    return .answer(
      Response(type: "text/html; charset=utf-8", text: html)
        .with("Content-Security-Policy", policy).with("X-Robots-Tag", "noindex"))
  }
}
