import Commands
Program.main()
