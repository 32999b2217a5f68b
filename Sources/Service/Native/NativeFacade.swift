import Foundation
import HTTP
import Settings

/// Maquette's own paths: jobs of any verb, health, metrics. Problems are told as RFC 9457 says.
struct NativeFacade: Facade {
  let id = "maq"
  let metrics: Metrics

  func response(to problem: ServiceProblem) -> Response {
    let (code, status) = DXGLWire.code(problem.kind)
    let answer = Response(
      status: status, type: "application/problem+json",
      text: JSONValue.object([
        ("type", "about:blank"), ("title", .string(problem.message)), ("status", .integer(status)),
        ("code", .string(code)),
      ]).text())
    switch problem.kind {
    case .rateLimited(let seconds): return answer.with("Retry-After", "\(seconds)")
    case .wrongMethod(let allowed):
      return answer.with("Allow", allowed.joined(separator: ", "))
    default: return answer
    }
  }

  var routes: [Route] {
    [
      Route("GET", "/healthz", "Whether the process answers", scope: nil) { _ in
        .answer(JSONText.response(200, ["status": "ok"]))
      },
      Route("GET", "/readyz", "Whether jobs can be taken", scope: nil, run: Self.ready),
      Route(
        "POST", "/maquette/v1/jobs", "Queues a verb on models", scope: "write",
        run: NativeJobs.create),
      Route("GET", "/maquette/v1/jobs", "Lists jobs", scope: "read", run: NativeJobs.list),
      Route(
        "GET", "/maquette/v1/jobs/{id}", "How far a job is; wait=30 answers when that changes",
        scope: "read", run: NativeJobs.get),
      Route("DELETE", "/maquette/v1/jobs/{id}", "Cancels a job", scope: "write", run: NativeJobs.cancel),
      Route(
        "GET", "/maquette/v1/jobs/{id}/events", "Follows a job by server-sent events",
        scope: "read", run: NativeJobs.events),
      Route(
        "GET", "/maquette/v1/jobs/{id}/outputs/{name}", "A file that a job made", scope: "read",
        run: NativeJobs.output),
      Route(
        "POST", "/mcp", "The Model Context Protocol", scope: "read",
        body: BodyPolicy(limit: 8 << 20), run: MCPOverHTTP.post),
      Route("GET", "/files/{token}", "A file by its signed link", scope: nil, run: SignedLinks.file),
      Route("GET", "/metrics", "Counts for Prometheus", scope: nil) { call in
        let text = try call.core.store.read(metrics.text)
        return .answer(Response(type: "text/plain; version=0.0.4", text: text))
      },
    ]
  }

  private static let leastFree = 1 << 30

  @Sendable private static func ready(_ call: Call) async throws -> Outcome {
    var troubles: [String] = []
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: call.core.data.root)
    let free = (facts?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    if free < leastFree { troubles.append("less than 1 GiB of disk is free") }
    do { _ = try await call.core.store.write { try $0.run("PRAGMA user_version") } } catch {
      troubles.append("the database cannot be written")
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
