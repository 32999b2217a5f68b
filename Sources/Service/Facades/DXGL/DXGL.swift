import HTTP
import Settings

/// DX.GL's API: models, renders, overlays, credits.
struct DXGL: Facade {
  static let dialect = "dxgl"
  static let unit = "dxgl_credit"

  let id = dialect
  /// Where forms may be a little longer than the file they hold.
  private static let formOverhead = 1 << 20

  let uploadBytes: Int

  let errorType = "application/json"
  let errorSchema = DXGLSchemas.error

  func response(to problem: ServiceProblem) -> Response { DXGLWire.error(problem) }

  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? {
    ["data": DXGLWire.render(job, outputs, core)]
  }

  var routes: [Route] { modelRoutes + renderRoutes + accountRoutes }

  private var modelRoutes: [Route] {
    let upload = BodyPolicy(limit: uploadBytes + Self.formOverhead, takesForms: true)
    return [
      Route(
        "POST", "/v1/models", "Uploads a model and queues its preview", scope: "write",
        body: upload,
        run: DXGLModels.upload
      ).documented(form: DXGLSchemas.upload, status: 201, DXGLSchemas.taken),
      Route(
        "POST", "/v1/models/ingest", "Takes a model from a URL", scope: "write",
        run: DXGLModels.ingest
      ).documented(json: DXGLSchemas.ingest, status: 201, DXGLSchemas.taken),
      Route("GET", "/v1/models", "Lists models", scope: "read", run: DXGLModels.list)
        .documented(
          query: NativeSchemas.page + [("tags", ["type": "string"])],
          DXGLSchemas.list(DXGLSchemas.model)),
      Route("GET", "/v1/models/{id}", "A model and its renders", scope: "read", run: DXGLModels.get)
        .documented(DXGLSchemas.data(DXGLSchemas.model)),
      Route(
        "PATCH", "/v1/models/{id}", "Changes title, SKU or tags", scope: "write",
        run: DXGLModels.update
      ).documented(json: DXGLSchemas.update, DXGLSchemas.data(DXGLSchemas.model)),
      Route("DELETE", "/v1/models/{id}", "Deletes a model", scope: "write", run: DXGLModels.delete)
        .documented(status: 204),
      Route("GET", "/v1/models/{id}/file", "The model as GLB", scope: "read", run: DXGLModels.file)
        .giving(file: "model/gltf-binary"),
      Route(
        "POST", "/v1/overlays", "Uploads a background picture", scope: "write",
        body: BodyPolicy(limit: PictureSource.byteLimit + Self.formOverhead, takesForms: true),
        run: DXGLOverlays.upload
      ).documented(
        form: DXGLSchemas.overlayUpload, status: 201, DXGLSchemas.data(DXGLSchemas.overlay)),
      Route("GET", "/v1/overlays", "Lists overlays", scope: "read", run: DXGLOverlays.list)
        .documented(query: NativeSchemas.page, DXGLSchemas.list(DXGLSchemas.overlay)),
      Route(
        "DELETE", "/v1/overlays/{id}", "Deletes an overlay", scope: "write",
        run: DXGLOverlays.delete
      ).documented(status: 204),
    ]
  }

  private var renderRoutes: [Route] {
    func asset(
      _ name: String, _ summary: String, _ role: @escaping @Sendable (RequestHead) -> String
    )
      -> Route
    {
      Route("GET", "/v1/renders/{id}/\(name)", summary, scope: "read") { call in
        try await DXGLRenders.asset(role(call.request.head), call)
      }.giving()
    }
    return [
      Route("POST", "/v1/renders", "Queues a render", scope: "write", run: DXGLRenders.create)
        .documented(json: DXGLSchemas.order, status: 201, DXGLSchemas.data(DXGLSchemas.made)),
      Route(
        "POST", "/v1/renders/batch", "Queues up to 100 renders at once", scope: "write",
        run: DXGLRenders.createBatch
      ).documented(json: DXGLSchemas.batch, status: 201, DXGLSchemas.data(DXGLSchemas.batchMade)),
      Route("GET", "/v1/renders", "Lists renders", scope: "read", run: DXGLRenders.list)
        .documented(
          query: NativeSchemas.page + [
            ("status", DXGLSchemas.status), ("modelId", ["type": "string"]),
          ],
          DXGLSchemas.list(DXGLSchemas.render)),
      Route("GET", "/v1/renders/{id}", "How far a render is", scope: "read", run: DXGLRenders.get)
        .documented(DXGLSchemas.data(DXGLSchemas.render)),
      asset("video", "The video; quality=web for a smaller one") { head in
        head.query("quality") == "web" ? "video_web" : "video"
      },
      asset("poster", "The poster; quality=full for all its pixels") { head in
        head.query("quality") == "full" ? "poster" : "poster_thumb"
      },
      asset("thumb", "A video of a quarter of each side") { _ in "thumb" },
      asset("bundle", "All files in a ZIP") { _ in "bundle" },
      asset("dataset", "The dataset as ZIP, or with format=h5 as HDF5") { head in
        head.query("format") == "h5" ? "dataset_h5" : "dataset"
      },
      Route("GET", "/portal/v/{id}", "A page for anybody", scope: nil, run: DXGLShare.page)
        .undocumented(),
      Route(
        "GET", "/api/v/{model}/{id}/{asset}", "A file of a shared render", scope: nil,
        run: DXGLShare.asset
      ).giving(),
    ]
  }

  private var accountRoutes: [Route] {
    [
      Route("GET", "/v1/account", "Credits left", scope: "read") { call in
        let credits = try call.core.store.read {
          try call.core.ledger.balance(call.account, Self.unit, $0)
        }
        return .answer(DXGLWire.data(["credits": .integer(credits)]))
      }.documented(DXGLSchemas.data(DXGLSchemas.credits)),
      Route("POST", "/v1/quote", "What renders would cost", scope: "read", run: DXGLRenders.quote)
        .documented(json: DXGLSchemas.quote, DXGLSchemas.data(DXGLSchemas.quoted)),
      Route("GET", "/v1/health", "Whether the service is up", scope: nil) { _ in
        .answer(DXGLWire.data(["status": "ok"]))
      }.documented(DXGLSchemas.data(["type": "object"])),
    ]
  }
}
