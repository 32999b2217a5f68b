import Archives
import HTTP
import Operations
import Settings

/// `/maquette/v1`: the account, its money and keys, and whom its jobs are told to.
enum NativeAccount {
  static let routes: [Route] = [
    Route("GET", "/maquette/v1/account", "The account and its wallets", scope: "read", run: account)
      .documented(JSONSchema.anyObject),
    Route(
      "GET", "/maquette/v1/ledger", "What was paid and charged, the newest first", scope: "billing",
      run: ledger
    )
    .documented(
      query: NativeSchemas.page + [("unit", JSONSchema.text)],
      JSONSchema.object(
        ["entries": JSONSchema.list(JSONSchema.anyObject), "total": JSONSchema.whole],
        required: ["entries", "total"])),
    Route("GET", "/maquette/v1/keys", "The account's keys", scope: "admin", run: keys)
      .documented(
        JSONSchema.object(["keys": JSONSchema.list(JSONSchema.anyObject)], required: ["keys"])),
    Route(
      "POST", "/maquette/v1/keys", "Makes a key, which is shown once", scope: "admin", run: makeKey
    )
    .documented(
      json: JSONSchema.object(
        [
          "name": JSONSchema.text(0...200),
          "scopes": JSONSchema.list(JSONSchema.choice(APIKeys.allScopes)),
          "dialects": JSONSchema.list(JSONSchema.text),
          "expiresInDays": JSONSchema.whole(1, 36_500),
        ], isClosed: true), status: 201,
      JSONSchema.object(["key": JSONSchema.text], required: ["key"])),
    Route("DELETE", "/maquette/v1/keys/{id}", "Revokes a key", scope: "admin", run: revokeKey)
      .documented(status: 204),
    Route(
      "GET", "/maquette/v1/webhooks", "Whom jobs are told to, and what was told", scope: "admin",
      run: webhooks
    )
    .documented(
      JSONSchema.object(
        [
          "webhooks": JSONSchema.list(JSONSchema.anyObject), "secret": JSONSchema.text,
          "deliveries": JSONSchema.list(JSONSchema.anyObject),
        ], required: ["webhooks", "secret", "deliveries"])),
    Route(
      "POST", "/maquette/v1/webhooks", "Tells an address of the end of every job", scope: "admin",
      run: addWebhook
    )
    .documented(
      json: JSONSchema.object(
        ["url": JSONSchema.text(1...2048)], required: ["url"], isClosed: true), status: 201,
      JSONSchema.object(
        ["webhookId": JSONSchema.text, "secret": JSONSchema.text],
        required: ["webhookId", "secret"])),
    Route(
      "DELETE", "/maquette/v1/webhooks/{id}", "Tells an address no more", scope: "admin",
      run: deleteWebhook
    )
    .documented(status: 204),
    Route(
      "GET", "/maquette/v1/presets", "Named sets of options of the verbs", scope: "read",
      run: presets
    )
    .documented(
      JSONSchema.object(
        ["presets": JSONSchema.list(JSONSchema.anyObject)], required: ["presets"])),
    Route("POST", "/maquette/v1/quote", "What jobs would cost", scope: "read", run: quote)
      .documented(
        json: JSONSchema.object(
          ["jobs": JSONSchema.list(NativeSchemas.order, 1...100)], required: ["jobs"],
          isClosed: true),
        JSONSchema.object(
          ["creditsRequired": JSONSchema.whole, "items": JSONSchema.list(JSONSchema.anyObject)],
          required: ["creditsRequired", "items"])),
  ]

  @Sendable private static func account(_ call: Call) async throws -> Outcome {
    let value = try call.core.store.read { database -> JSONValue in
      let who = try Accounts.profile(call.account, database)
      let wallets = try database.rows(
        "SELECT unit, balance FROM wallet WHERE account = ? ORDER BY unit", [.text(call.account)]
      ) { row -> JSONValue in ["unit": .string(row.text(0)), "balance": .integer(row.int(1))] }
      return [
        "accountId": .string(call.account), "name": .string(who.name),
        "email": .string(who.email), "billing": .string(call.core.settings.billing.rawValue),
        "wallets": .array(wallets),
      ]
    }
    return .answer(JSONText.response(200, value))
  }

  @Sendable private static func ledger(_ call: Call) async throws -> Outcome {
    let (limit, offset) = try call.page()
    let unit = call.request.head.query("unit")
    let value = try call.core.store.read { database -> JSONValue in
      var (filter, values) = ("l.account = ?", [SQLValue.text(call.account)])
      if let unit {
        filter += " AND l.unit = ?"
        values.append(.text(unit))
      }
      let total = try database.first("SELECT COUNT(*) FROM ledger l WHERE \(filter)", values) {
        $0.int(0)
      }
      let entries = try database.rows(
        """
        SELECT l.id, l.unit, l.kind, l.amount, l.balance_after, l.created, l.note, j.public_id,
          j.dialect, j.kind
        FROM ledger l LEFT JOIN job j ON j.id = l.job WHERE \(filter)
        ORDER BY l.id DESC LIMIT ? OFFSET ?
        """, values + [.integer(limit), .integer(offset)]
      ) { row -> JSONValue in
        [
          "entryId": .integer(row.int(0)), "unit": .string(row.text(1)),
          "kind": .string(row.text(2)), "amount": .integer(row.int(3)),
          "balanceAfter": .integer(row.int(4)), "createdAt": .string(Clock.text(row.int(5))),
          "note": .string(row.text(6)),
          "jobId": row.optionalText(7).map { .string($0) } ?? .null,
          "dialect": row.optionalText(8).map { .string($0) } ?? .null,
          "jobKind": row.optionalText(9).map { .string($0) } ?? .null,
        ]
      }
      return ["entries": .array(entries), "total": .integer(total ?? 0)]
    }
    return .answer(JSONText.response(200, value))
  }

  // MARK: Keys

  @Sendable private static func keys(_ call: Call) async throws -> Outcome {
    let keys = try call.core.store.read { try APIKeys.list(of: call.account, $0) }
    return .answer(JSONText.response(200, ["keys": .array(keys)]))
  }

  @Sendable private static func makeKey(_ call: Call) async throws -> Outcome {
    let body = try call.fields(["name", "scopes", "dialects", "expiresInDays"])
    let name = try body.text("name") ?? ""
    func words(_ field: String, of known: [String]) throws -> [String]? {
      guard let given = body[field] else { return nil }
      let list = (given.array ?? []).compactMap(\.string)
      guard given.array?.count == list.count, list.allSatisfy(known.contains) else {
        throw body.wrong(field, "is a list of \(known.joined(separator: ", "))")
      }
      return list
    }
    let scopes = try words("scopes", of: APIKeys.allScopes) ?? ["read", "write"]
    let dialects =
      try words("dialects", of: Dialects.all(call.core.settings).map(\.id) + ["maq"]) ?? []
    // Nobody gives what they do not have.
    guard let own = call.principal, scopes.allSatisfy(own.scopes.contains),
      own.dialects.isEmpty || (!dialects.isEmpty && dialects.allSatisfy(own.dialects.contains))
    else { throw ServiceProblem(.forbidden, "a key gives no more than it may itself") }
    let days = try body.whole("expiresInDays", in: 1...36_500)
    let account = call.account
    // Not by the idempotency key's table: the secret would stay there.
    let secret = try await call.core.store.write { database in
      let who = try Accounts.profile(account, database)
      guard try APIKeys.count(of: account, database) < APIKeys.most else {
        throw ServiceProblem(
          .capped("key_cap"), "the account has \(APIKeys.most) keys that work; revoke one first")
      }
      return try APIKeys.make(
        database, account: who.name, label: name, scopes: scopes, dialects: dialects,
        expires: [own.expires, days.map { Clock.now() + $0 * 86_400_000 }].compactMap(\.self).min())
    }
    return .answer(JSONText.response(201, ["key": .string(secret)]))
  }

  @Sendable private static func revokeKey(_ call: Call) async throws -> Outcome {
    .write { database in
      guard try APIKeys.revoke(database, id: call.parameter("id"), account: call.account) else {
        throw ServiceProblem(.notFound("key"), "there is no such key that works")
      }
      return Response(status: 204)
    }
  }

  // MARK: Webhooks

  @Sendable private static func webhooks(_ call: Call) async throws -> Outcome {
    let account = call.account
    let secret = try await call.core.store.write { try WebhookStore.secret(of: account, $0) }
    let value = try call.core.store.read { database -> JSONValue in
      [
        "webhooks": .array(try WebhookStore.list(account, database)), "secret": .string(secret),
        "deliveries": .array(try WebhookStore.deliveries(account, limit: 100, database)),
      ]
    }
    return .answer(JSONText.response(200, value))
  }

  @Sendable private static func addWebhook(_ call: Call) async throws -> Outcome {
    let body = try call.fields(["url"])
    let url = try body.require("url", body.text("url", length: 1...2048))
    _ = try Job.Webhook.checked(url, isSync: false, call.core)
    let account = call.account
    return .write { database in
      let id = try WebhookStore.add(url, account: account, database)
      let secret = try WebhookStore.secret(of: account, database)
      return JSONText.response(201, ["webhookId": .string(id), "secret": .string(secret)])
    }
  }

  @Sendable private static func deleteWebhook(_ call: Call) async throws -> Outcome {
    .write { database in
      guard try WebhookStore.delete(call.parameter("id"), account: call.account, database) else {
        throw ServiceProblem(.notFound("webhook"), "there is no such webhook")
      }
      return Response(status: 204)
    }
  }

  // MARK: The rest

  @Sendable private static func presets(_ call: Call) async throws -> Outcome {
    let presets = Preset.all.map { verb, preset -> JSONValue in
      [
        "verb": .string(verb), "name": .string(preset.name),
        "description": .string(preset.description),
      ]
    }
    return .answer(JSONText.response(200, ["presets": .array(presets)]))
  }

  /// Native jobs have no price of their own; where renders do, they are ordered through their dialect.
  @Sendable private static func quote(_ call: Call) async throws -> Outcome {
    let jobs = try call.fields(["jobs"])["jobs"]?.array ?? []
    guard (1...100).contains(jobs.count) else {
      throw ServiceProblem(.invalid("request"), "jobs is a list of one to 100 orders")
    }
    for job in jobs { _ = try NativeJobs.checked(job, call.core) }
    return .answer(
      JSONText.response(
        200,
        [
          "creditsRequired": 0,
          "items": .array(
            jobs.indices.map { ["index": .integer($0), "credits": 0] }),
        ]))
  }
}
