/// What `serve` prints for the machine around it: units for systemd, configurations for a front server.
enum ServeSamples {
  /// The units by their file names. The sockets are systemd's: the service needs no right to listen, has no network
  /// but what is handed to it, and a restart refuses nobody.
  static let units: [(name: String, text: String)] = [
    ("doorsill.service", service),
    ("doorsill-portal.socket", socket("portal", "Doorsill's portal", "[::]:443")),
    ("doorsill-gateway.socket", socket("gateway", "Doorsill's gateway for companies", "[::]:8443")),
  ]

  private static let service = """
    # /etc/systemd/system/doorsill.service
    # Before the first start: useradd --system doorsill; the state in /var/lib/doorsill/outside belongs to it;
    # the certificate files in /etc/doorsill may be read by its group (root:doorsill, 0640).
    # systemd-analyze security doorsill.service judges what follows.
    [Unit]
    Description=Doorsill, the open data portal and its gateway
    Documentation=man:systemd.exec(5)
    After=network.target
    Requires=doorsill-portal.socket

    [Service]
    Type=notify
    User=doorsill
    Group=doorsill
    Sockets=doorsill-portal.socket doorsill-gateway.socket
    StateDirectory=doorsill
    StateDirectoryMode=0700
    LogsDirectory=doorsill
    LogsDirectoryMode=0750
    ExecStart=/usr/bin/doorsill serve --state /var/lib/doorsill/outside --require-sandbox \\
      --tls-certificate /etc/doorsill/portal.pem --tls-key /etc/doorsill/portal.key \\
      --gateway-certificate /etc/doorsill/gateway.pem --gateway-key /etc/doorsill/gateway.key \\
      --access-log /var/log/doorsill/access.log
    ExecReload=/bin/kill -HUP $MAINPID
    Restart=on-failure
    TimeoutStopSec=40
    LimitNOFILE=65536
    LimitCORE=0
    UMask=0077
    # Nothing to gain: no rights, no network of its own, no other processes, no devices, no kernel.
    NoNewPrivileges=yes
    CapabilityBoundingSet=
    AmbientCapabilities=
    PrivateNetwork=yes
    RestrictAddressFamilies=AF_UNIX
    PrivateUsers=yes
    PrivateDevices=yes
    PrivateIPC=yes
    PrivateMounts=yes
    PrivateTmp=yes
    DevicePolicy=closed
    ProtectSystem=strict
    ProtectHome=yes
    ProtectProc=invisible
    ProcSubset=pid
    ProtectClock=yes
    ProtectHostname=yes
    ProtectControlGroups=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    RemoveIPC=yes
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp
    SystemCallFilter=~@privileged @resources @mount @debug @cpu-emulation @obsolete @swap @reboot @raw-io @module @clock
    SystemCallErrorNumber=EPERM

    [Install]
    WantedBy=multi-user.target
    """

  private static func socket(_ name: String, _ description: String, _ address: String) -> String {
    """
    # /etc/systemd/system/doorsill-\(name).socket
    [Unit]
    Description=\(description)

    [Socket]
    ListenStream=\(address)
    BindIPv6Only=both
    Backlog=4096
    NoDelay=yes
    FileDescriptorName=\(name)
    Service=doorsill.service

    [Install]
    WantedBy=sockets.target
    """
  }

  /// Front servers bring HTTP/2 and HTTP/3; the gateway's mutual TLS must end at Doorsill, so it is passed through.
  static let fronts: [(name: String, text: String)] = [
    (
      "nginx",
      """
      # nginx before Doorsill's portal (doorsill serve --listen 127.0.0.1:8080 --host data.example.org
      # --trusted-proxy 127.0.0.1): with the last, Doorsill's log and limits see the callers and not nginx.
      limit_req_zone $binary_remote_addr zone=portal:10m rate=50r/s;
      server {
        # From nginx 1.25.1 on this is spelt 'http2 on;' on a line of its own, and a warning says so.
        listen 443 ssl http2;
        listen [::]:443 ssl http2;
        server_name data.example.org;
        ssl_certificate     /etc/ssl/data.example.org.pem;
        ssl_certificate_key /etc/ssl/data.example.org.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        limit_req zone=portal burst=200 nodelay;
        # Doorsill's numbers are for this machine, and from here everybody would seem to be on it.
        location = /metrics { return 404; }
        location / {
          proxy_pass http://127.0.0.1:8080;
          proxy_http_version 1.1;
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header Connection "";
        }
      }
      # The gateway, at the top level of nginx.conf beside `http`: bytes pass, nginx does not look into them.
      # stream { server { listen 8443; proxy_pass 127.0.0.1:8444; } }

      """
    ),
    (
      "caddy",
      """
      # Caddy before Doorsill's portal (doorsill serve --listen 127.0.0.1:8080 --host data.example.org
      # --trusted-proxy 127.0.0.1): with the last, Doorsill's log and limits see the callers and not Caddy.
      # Caddy fetches the certificate itself and speaks HTTP/2 and HTTP/3. The gateway listens on a port of its own,
      # not behind Caddy: its mutual TLS must end at Doorsill.
      data.example.org {
        # Doorsill's numbers are for this machine, and from here everybody would seem to be on it.
        respond /metrics 404
        reverse_proxy 127.0.0.1:8080
      }

      """
    ),
  ]
}
