import Archives
import Foundation
import HTTP
import Settings
import Synchronization
import Work

/// From a request to an answer: finds the route, asks who it is, counts, remembers idempotency keys, and
/// has the dialect put what goes wrong into its words.
final class Dispatch: Sendable {
  /// A route and whose it is.
  private struct Mounted: Sendable {
    let facade: any Facade
    let route: Route
  }

  /// What was found out when a request was admitted.
  private struct Admitted: Sendable {
    let mounted: Mounted
    let parameters: [String: String]
    let principal: Principal?
    let limits: [(name: String, value: String)]
    let began: ContinuousClock.Instant
  }

  let core: ServiceCore
  private let metrics: Metrics
  private let router: Router<Mounted>
  private let facades: [any Facade]
  /// The paths at the root, by their segments.
  private let patterns: [(facade: any Facade, segments: [String])]
  /// The one whose words are used where no dialect is known.
  private let plain: any Facade
  private let keys: KeyRing
  private let reads, writes: RateLimit
  /// Of dialects that count what is submitted by themselves.
  private let submits: [String: RateLimit]
  /// Wrong keys an address may try a minute.
  private let guesses = RateLimit(perMinute: 20)
  private let idempotency: Idempotency
  private let log: ServiceLog
  /// Where the paths of a host begin: `api.example.org` at `/dxgl`.
  private let hosts: [String: String]

  /// - Parameters:
  ///   - roots: the dialects that stand at the root as well as under their prefix.
  ///   - plain: the dialect of paths that belong to none.
  init(
    _ core: ServiceCore, facades: [any Facade], roots: Set<String>, plain: any Facade,
    metrics: Metrics, log: ServiceLog
  ) throws {
    (self.core, self.facades, self.plain) = (core, facades, plain)
    patterns = facades.filter { roots.contains($0.id) }.flatMap { facade in
      facade.routes.map { (facade, Router<Mounted>.segments($0.pattern)) }
    }
    (self.metrics, self.log) = (metrics, log)
    hosts = try Self.hosts(core.settings.hosts, facades)
    keys = KeyRing(core.store)
    reads = RateLimit(perMinute: core.settings.readsPerMinute)
    writes = RateLimit(perMinute: core.settings.writesPerMinute)
    submits = Dictionary(
      facades.compactMap { facade in
        facade.submitsPerMinute.map { (facade.id, RateLimit(perMinute: $0)) }
      }, uniquingKeysWith: { first, _ in first })
    idempotency = Idempotency(core.store)
    var router = Router<Mounted>()
    for facade in facades {
      for route in facade.routes {
        let mounted = Mounted(facade: facade, route: route)
        try router.add(route.method, "/\(facade.prefix)\(route.pattern)", mounted)
        if roots.contains(facade.id) { try router.add(route.method, route.pattern, mounted) }
      }
    }
    self.router = router
  }

  /// How long each dialect keeps files, where that is not for good.
  var lifetimes: [(dialect: String, milliseconds: Int)] {
    facades.compactMap { facade in facade.lifetime.map { (facade.id, $0) } }
  }

  /// `api.example.org=dxgl,mcp.example.org=mcp`
  private static func hosts(_ text: String, _ facades: [any Facade]) throws -> [String: String] {
    var hosts: [String: String] = [:]
    for pair in text.split(separator: ",") {
      let sides = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
      let prefix =
        sides.last == "mcp" ? "mcp" : facades.first { $0.id == sides.last }?.prefix
      guard sides.count == 2, let prefix else {
        throw ServiceError(
          .usage, "hosts",
          "--hosts takes pairs such as api.example.org=dxgl; there are "
            + (facades.map(\.id) + ["mcp"]).joined(separator: ", "))
      }
      hosts[sides[0].lowercased()] = "/" + prefix
    }
    return hosts
  }

  /// The request at the path that its host means, where the host has a dialect of its own.
  private func located(_ head: RequestHead) -> RequestHead {
    guard !hosts.isEmpty, let host = head.headers["host"]?.split(separator: ":").first,
      let root = hosts[host.lowercased()]
    else { return head }
    let moved = head.moved(to: head.path == "/" ? root : root + head.path)
    // Signed links, health and documents are on every host; other dialects are not.
    if case .none = router.match(head.method, moved.path),
      case .found(let mounted, _) = router.match(head.method, head.path),
      mounted.facade.id == plain.id
    {
      return head
    }
    return moved
  }

  var handler: Handler {
    Handler(
      admit: { [self] head in
        do throws(Refusal) {
          let admitted = try admit(located(head))
          return .accept(admitted.mounted.route.body, context: admitted)
        } catch {
          var answer = Self.answer(error.facade, error.problem)
          answer.headers += error.limits
          return .refuse(finished(answer, head, error.facade.id, error.route, nil))
        }
      },
      answer: { [self] request in
        guard let admitted = request.context as? Admitted else { return Response(status: 500) }
        let mounted = admitted.mounted
        return finished(
          await answer(request, admitted), request.head, mounted.facade.id, mounted.route, admitted)
      },
      problem: { [self] head, problem in
        let facade = facade(of: located(head).path)
        let answer = Self.answer(facade, Self.problem(problem))
        return finished(answer, head, facade.id, nil, nil)
      })
  }

  /// A problem in the words of a dialect.
  private static func answer(_ facade: any Facade, _ problem: ServiceProblem) -> Response {
    var answer = facade.response(to: problem)
    answer.headers += problem.headers
    return answer
  }

  private static func problem(_ problem: BodyProblem) -> ServiceProblem {
    switch problem {
    case .tooLarge(let limit):
      ServiceProblem(.fileTooLarge, "the request is larger than \(limit) bytes")
    case .malformed(let why): ServiceProblem(.invalid("request"), why)
    case .cannotStore:
      ServiceProblem(.storage, "the service's disk is full or cannot be written")
    }
  }

  // MARK: Before the body

  private struct Refusal: Error {
    let facade: any Facade
    var route: Route?
    let problem: ServiceProblem
    var limits: [(name: String, value: String)] = []
  }

  /// The dialect that a path belongs to, also where there is nothing at it: the one with the paths that
  /// begin most like it.
  private func facade(of path: String) -> any Facade {
    let segments = Router<Mounted>.segments(path)
    if let known = facades.first(where: { $0.prefix == segments.first }) { return known }
    var (best, most): (any Facade, Int) = (plain, 0)
    for (facade, pattern) in patterns {
      let alike = zip(segments, pattern).prefix { $0 == $1 || $1.hasPrefix("{") }
      if alike.first?.1.hasPrefix("{") != true, alike.count > most {
        (best, most) = (facade, alike.count)
      }
    }
    return best
  }

  private func admit(_ head: RequestHead) throws(Refusal) -> Admitted {
    let began = ContinuousClock.now
    switch router.match(head.method, head.path) {
    case .none:
      throw Refusal(
        facade: facade(of: head.path),
        problem: ServiceProblem(.unknownPath, "there is nothing at \(head.path.prefix(200))"))
    case .wrongMethod(let allowed):
      let message = "\(head.method) is not for this path; \(allowed.joined(separator: ", ")) is"
      throw Refusal(
        facade: facade(of: head.path),
        problem: ServiceProblem(.wrongMethod(allowed: allowed), message))
    case .found(let mounted, let parameters):
      do {
        let principal = try principal(head, mounted)
        let verdict = verdict(head, principal, mounted)
        let limits = verdict?.headers ?? []
        if let verdict, !verdict.isAllowed {
          throw Refusal(
            facade: mounted.facade, route: mounted.route, problem: .tooFast(verdict), limits: limits
          )
        }
        return Admitted(
          mounted: mounted, parameters: parameters, principal: principal, limits: limits,
          began: began)
      } catch let refusal as Refusal {
        throw refusal
      } catch {
        throw Refusal(
          facade: mounted.facade, route: mounted.route, problem: ServiceProblem.of(error))
      }
    }
  }

  /// Any dialect's way of sending a key is taken by all.
  private static func secret(_ head: RequestHead) -> String? {
    if let value = head.headers["authorization"] {
      let parts = value.split(separator: " ", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }
    return head.headers["x-api-key"] ?? head.headers["ocp-apim-subscription-key"]
  }

  private func principal(_ head: RequestHead, _ mounted: Mounted) throws -> Principal? {
    guard let scope = mounted.route.scope else { return nil }
    guard let secret = Self.secret(head) else {
      throw ServiceProblem(.unauthorized, "an API key is needed: Authorization: Bearer ...")
    }
    guard let principal = try keys.principal(secret) else {
      if let verdict = guesses.take(head.address), !verdict.isAllowed {
        throw ServiceProblem(
          .rateLimited(seconds: verdict.seconds), "too many wrong keys from this address")
      }
      let fate = try core.store.read { try APIKeys.fate($0, secret: secret) }
      throw ServiceProblem(fate, "the API key is unknown, revoked or expired")
    }
    guard principal.may(scope, in: mounted.facade.id) else {
      throw ServiceProblem(.forbidden, "the API key does not allow \(scope) here")
    }
    return principal
  }

  /// Nil where nothing is counted.
  private func verdict(
    _ head: RequestHead, _ principal: Principal?, _ mounted: Mounted
  ) -> RateLimit.Verdict? {
    // Whoever watches must not be shut out by whoever looks, and behind a proxy all have one address.
    if ["/healthz", "/readyz"].contains(mounted.route.pattern) { return nil }
    // A fleet of workers has one key, and is the operator's own.
    if mounted.route.scope == NativeLeases.scope, principal != nil { return nil }
    // A message of MCP may be as long as four pictures, whatever it asks.
    let isReading =
      ["GET", "HEAD"].contains(head.method)
      || mounted.route.scope == "read" && mounted.route.pattern != MCPOverHTTP.path
    let who = principal?.key ?? head.address
    if mounted.route.isSubmit, let own = submits[mounted.facade.id] { return own.take(who) }
    return (isReading ? reads : writes).take(who)
  }

  // MARK: With the body

  private func answer(_ request: Request, _ admitted: Admitted) async -> Response {
    let facade = admitted.mounted.facade
    let call = Call(
      request: request, parameters: admitted.parameters, principal: admitted.principal, core: core,
      dispatch: self)
    do {
      // A message of MCP gives the key to what it asks for.
      guard let key = request.head.headers["idempotency-key"], request.head.method == "POST",
        admitted.mounted.route.pattern != MCPOverHTTP.path,
        let account = admitted.principal?.account
      else {
        switch try await admitted.mounted.route.run(call) {
        case .answer(let response): return response
        case .write(let body): return try await core.store.write(body)
        }
      }
      return try await idempotency.once(key, account, request) {
        try await admitted.mounted.route.run(call)
      }
    } catch {
      let problem = ServiceProblem.of(error)
      if problem.kind == .internal || problem.kind == .storage {
        log.write(
          "error", ["request": .string(request.head.id), "error": .string("\(error)")])
      }
      return Self.answer(facade, problem)
    }
  }

  /// The answer to a request from inside, whose principal is known.
  func answer(_ request: Request, as principal: Principal) async -> Response {
    switch router.match(request.head.method, request.head.path) {
    case .found(let mounted, let parameters):
      guard mounted.route.scope.map({ principal.may($0, in: mounted.facade.id) }) ?? true else {
        return Self.answer(
          mounted.facade, ServiceProblem(.forbidden, "the API key does not allow this"))
      }
      if mounted.route.scope == "write",
        let verdict = verdict(request.head, principal, mounted), !verdict.isAllowed
      {
        return Self.answer(mounted.facade, .tooFast(verdict))
      }
      let admitted = Admitted(
        mounted: mounted, parameters: parameters, principal: principal, limits: [], began: .now)
      return await answer(request, admitted)
    default:
      return Self.answer(
        plain, ServiceProblem(.unknownPath, "there is nothing at \(request.head.path)"))
    }
  }

  /// What every answer carries, and a line in the log.
  private func finished(
    _ response: Response, _ head: RequestHead, _ dialect: String, _ route: Route?,
    _ admitted: Admitted?
  ) -> Response {
    var response = response
    response.headers += (admitted?.limits ?? [])
    response.headers += [("X-Request-Id", head.id), ("X-Content-Type-Options", "nosniff")]
    if response.header("Cache-Control") == nil {
      response.headers.append(("Cache-Control", "no-store"))
    }
    let route = route?.pattern ?? "none"
    let time = admitted.map { ContinuousClock.now - $0.began } ?? .zero
    metrics.count(
      dialect: dialect, method: head.method, route: route,
      status: response.status, seconds: time / .seconds(1))
    if core.settings.log == .requests || response.status >= 500 {
      log.write(
        "request",
        [
          "request": .string(head.id), "method": .string(head.method), "route": .string(route),
          "status": .integer(response.status),
          "dialect": .string(dialect),
          "account": .string(admitted?.principal?.account ?? ""),
          "ms": .number((time / .milliseconds(1) * 1000).rounded() / 1000),
          "address": .string(head.address),
        ])
    }
    return response
  }
}
