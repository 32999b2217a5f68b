import Foundation
import HTTP
import Settings

/// Maquette's own paths: jobs of any verb, health, metrics. Problems are told as RFC 9457 says.
struct NativeFacade: Facade {
  let id = "maq"
  let metrics: Metrics
  let uploadBytes: Int

  let errorType = "application/problem+json"
  let errorSchema: JSONValue = [
    "type": "object", "required": ["title", "status", "code"],
    "properties": [
      "title": ["type": "string"], "status": ["type": "integer"], "code": ["type": "string"],
    ],
  ]
  /// The document of all dialects, and of one.
  let document: @Sendable (_ dialect: String?) -> JSONValue

  /// With the documents of these dialects and its own.
  static func over(
    _ dialects: [any Facade], roots: Set<String>, _ metrics: Metrics, url: String,
    uploadBytes: Int
  ) -> NativeFacade {
    NativeFacade(metrics: metrics, uploadBytes: uploadBytes) { wanted in
      let own = NativeFacade(metrics: metrics, uploadBytes: uploadBytes) { _ in .null }
      let all = dialects.map { ($0, roots.contains($0.id) ? "" : "/\($0.prefix)") } + [(own, "")]
      let shown = all.filter { wanted == nil || $0.0.id == wanted || $0.0.prefix == wanted }
      return shown.isEmpty ? .null : OpenAPI.document(shown, url: url)
    }
  }

  func response(to problem: ServiceProblem) -> Response {
    var (code, status) = DXGLWire.code(problem.kind)
    if problem.kind == .fileTooLarge { status = 413 }
    return Response(
      status: status, type: "application/problem+json",
      text: JSONValue.object([
        ("type", "about:blank"), ("title", .string(problem.message)), ("status", .integer(status)),
        ("code", .string(code)),
      ]).text())
  }

  var routes: [Route] {
    NativeAccount.routes + NativeModels.routes(uploadBytes) + PortalFiles.routes
      + NativeLeases.routes + [
        Route("GET", "/healthz", "Whether the process answers", scope: nil) { _ in
          .answer(JSONText.response(200, ["status": "ok"]))
        }.documented(["type": "object"]),
        Route("GET", "/readyz", "Whether jobs can be taken", scope: nil, run: Self.ready)
          .undocumented(),
        Route("GET", "/openapi.json", "This document", scope: nil) { _ in
          .answer(JSONText.response(200, document(nil)))
        }.undocumented(),
        Route("GET", "/{dialect}/openapi.json", "The document of one dialect", scope: nil) { call in
          let value = document(call.parameter("dialect"))
          guard value != .null else {
            throw ServiceProblem(.unknownPath, "there is no such dialect")
          }
          return .answer(JSONText.response(200, value))
        }.undocumented(),
        Route("GET", "/docs", "The document for people", scope: nil) { _ in
          .answer(DocsPage.response(document(nil)))
        }.undocumented(),
        Route(
          "POST", "/maquette/v1/jobs", "Queues a verb on models", scope: "write",
          body: BodyPolicy(limit: PictureSource.textLimit(4)), run: NativeJobs.create
        ).documented(json: NativeSchemas.order, status: 201, NativeSchemas.job),
        Route("GET", "/maquette/v1/jobs", "Lists jobs", scope: "read", run: NativeJobs.list)
          .documented(query: NativeSchemas.page, NativeSchemas.jobs),
        Route(
          "GET", "/maquette/v1/jobs/{id}", "How far a job is; wait=30 answers when that changes",
          scope: "read", run: NativeJobs.get
        ).documented(query: [("wait", JSONSchema.whole(0, 50))], NativeSchemas.job),
        Route(
          "DELETE", "/maquette/v1/jobs/{id}", "Cancels a job", scope: "write",
          run: NativeJobs.cancel
        )
        .documented(status: 204),
        Route(
          "GET", "/maquette/v1/jobs/{id}/events", "Follows a job by server-sent events",
          scope: "read", run: NativeJobs.events
        ).undocumented(),
        Route(
          "GET", "/maquette/v1/jobs/{id}/outputs/{name}", "A file that a job made", scope: "read",
          run: NativeJobs.output
        ).giving(),
        Route(
          "POST", MCPOverHTTP.path, "The Model Context Protocol", scope: "read",
          body: BodyPolicy(limit: PictureSource.textLimit(4)), run: MCPOverHTTP.post
        ).undocumented(),
        Route(
          "GET", "/files/{token}", "A file by its signed link", scope: nil, run: SignedLinks.file
        )
        .giving(),
        Route("GET", "/metrics", "Counts for Prometheus", scope: APIKeys.metricsScope) { call in
          let text = try call.core.store.read(metrics.text)
          return .answer(Response(type: "text/plain; version=0.0.4", text: text))
        }.undocumented(),
      ]
  }

  private static let leastFree = 1 << 30

  @Sendable private static func ready(_ call: Call) async throws -> Outcome {
    var troubles: [String] = []
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: call.core.data.root)
    let free = (facts?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    if free < leastFree { troubles.append("less than 1 GiB of disk is free") }
    do {
      _ = try await call.core.store.write {
        try $0.run("UPDATE blob SET bytes = bytes WHERE sha256 = ''")
      }
    } catch {
      troubles.append("the database cannot be written")
    }
    if try !call.core.store.read(Workers.isAny) {
      troubles.append("there is no worker, so that jobs wait")
    }
    return .answer(
      JSONText.response(
        troubles.isEmpty ? 200 : 503,
        [
          "status": troubles.isEmpty ? "ready" : "not ready",
          "troubles": .array(troubles.map { .string($0) }),
        ]))
  }
}
